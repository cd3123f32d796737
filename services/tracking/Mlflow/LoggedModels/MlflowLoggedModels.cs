using System.Globalization;
using Platform.Contracts.Tracking;
using Platform.Mlflow;
using Platform.ServiceDefaults;
using Platform.Tracking.Mlflow.Experiments;
using Platform.Tracking.Mlflow.Runs;

namespace Platform.Tracking.Mlflow.LoggedModels;

/// <summary>MLflow's requests about logged models.</summary>
internal sealed class MlflowLoggedModels(
    TrackingStore store,
    LoggedModelReader models,
    LoggedModelAccess access,
    MlflowRunAccess runs,
    MlflowExperiments experiments,
    TimeProvider clock
)
{
    private const int UsualPage = 50;
    private const int MaxPage = 1000;

    public async Task<object> CreateAsync(MlflowRequest request, HttpContext context)
    {
        var experiment = request.RequiredText("experiment_id");
        var (name, type) = (LoggedModelValues.NameOf(request), LoggedModelValues.TypeOf(request));
        var (parameters, tags) = (LoggedModelValues.ParamsOf(request), LoggedModelValues.TagsOf(request));
        var project = await experiments.ProjectOfAsync(experiment, context.RequestAborted);
        await runs.CheckProjectAsync(project, context);
        var run = request.Text("source_run_id") is { Length: > 0 } given
            ? await runs.FindActiveAsync(given, context)
            : null;
        var caller = context.Caller();
        var id = LoggedModelIds.New();
        await HandleAsync(
            id,
            new CreateLoggedModel(
                long.Parse(experiment, CultureInfo.InvariantCulture),
                name,
                type,
                run,
                caller.Kind is CallerKind.Job ? caller.Id : null,
                parameters,
                tags
            ),
            context
        );
        return await AnswerAsync(id, context);
    }

    public Task<object> GetAsync(MlflowRequest request, HttpContext context) => AnswerAsync(IdOf(context), context);

    public async Task<object> FinalizeAsync(MlflowRequest request, HttpContext context)
    {
        var status = LoggedModelValues.StatusOf(request);
        await ChangeAsync(new FinalizeLoggedModel(status), context);
        return await AnswerAsync(IdOf(context), context);
    }

    public async Task<object> DeleteAsync(MlflowRequest request, HttpContext context)
    {
        await ChangeAsync(new DeleteLoggedModel(), context);
        return MlflowEndpoint.Empty;
    }

    public async Task<object> LogParamsAsync(MlflowRequest request, HttpContext context)
    {
        await ChangeAsync(new LogLoggedModelParams(LoggedModelValues.ParamsOf(request)), context);
        return MlflowEndpoint.Empty;
    }

    public async Task<object> SetTagsAsync(MlflowRequest request, HttpContext context)
    {
        var tags = LoggedModelValues.TagsOf(request);
        await ChangeAsync(
            new SetLoggedModelTags(
                tags.ToDictionary(tag => tag.Key, tag => (string?)tag.Value, StringComparer.Ordinal)
            ),
            context
        );
        return await AnswerAsync(IdOf(context), context);
    }

    public async Task<object> DeleteTagAsync(MlflowRequest request, HttpContext context)
    {
        var model = await access.FindAsync(IdOf(context), context);
        var key = context.GetRouteValue("tag_key") is string { Length: > 0 } given
            ? ClientText.DecodeSlashes(given)
            : throw MlflowException.Missing("tag_key");
        if (model.Info.Tags?.Any(tag => string.Equals(tag.Key, key, StringComparison.Ordinal)) is not true)
        {
            throw MlflowException.NotFound(
                $"No tag with key '{ClientText.Brief(key)}' found for model with ID {model.Info.ModelId}."
            );
        }

        var removal = new Dictionary<string, string?>(StringComparer.Ordinal) { [key] = null };
        await HandleAsync(model.Info.ModelId, new SetLoggedModelTags(removal), context);
        return MlflowEndpoint.Empty;
    }

    public async Task<object> SearchAsync(MlflowRequest request, HttpContext context)
    {
        var limit = MlflowPages.LimitOf(request, UsualPage, MaxPage);
        var offset = MlflowPages.OffsetOf(request.Text("page_token"));
        var search = LoggedModelSearch.Of(request, context.Caller() is { Kind: CallerKind.Job } job ? job.Id : null);
        var found = await models.QueryAsync(
            search.Condition,
            search.Parameters,
            search.Order,
            limit + 1,
            offset,
            context.RequestAborted
        );
        return new
        {
            Models = found.Take(limit).Select(model => model.Model).ToList().OrNull(),
            NextPageToken = MlflowPages.TokenOf(offset + limit, found.Count > limit),
        };
    }

    private static string IdOf(HttpContext context) => (string)context.GetRouteValue("model_id")!;

    private async Task ChangeAsync(LoggedModelCommand command, HttpContext context) =>
        await HandleAsync((await access.FindAsync(IdOf(context), context)).Info.ModelId, command, context);

    private async Task<object> AnswerAsync(string id, HttpContext context) =>
        new { Model = await access.FindAsync(id, context) };

    private async Task HandleAsync(string id, LoggedModelCommand command, HttpContext context) =>
        LoggedModelAccess.Check(
            id,
            await store.HandleAsync(
                LoggedModel.Decider,
                id,
                model => LoggedModel.Decide(model, command, clock.GetUtcNow()),
                context.EventMetadata(id),
                cancellationToken: context.RequestAborted
            )
        );
}
