using Platform.Mlflow;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Changing;
using Platform.Tracking.Mlflow.Experiments;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>MLflow's requests about whole runs.</summary>
internal sealed class MlflowRuns(
    RunHandler handler,
    RunReader reader,
    MlflowRunReader runs,
    MlflowRunAccess access,
    MlflowExperiments experiments,
    TimeProvider clock
)
{
    private const int MaxPage = 50_000;

    public async Task<object> CreateAsync(MlflowRequest request, HttpContext context)
    {
        var experiment = request.Text("experiment_id") is { Length: > 0 } given ? given : "0";
        var project = await experiments.ProjectOfAsync(experiment, context.RequestAborted);
        var tags = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var tag in request.Objects("tags"))
        {
            tags[MlflowValues.KeyOf(tag)] = MlflowValues.TagOf(tag);
        }

        if (request.Text("user_id") is { Length: > 0 } user)
        {
            tags.TryAdd(MlflowRunMapping.UserTag, user);
        }

        var command = new CreateRun(project, TakeName(request, tags), JobId: null, Starts: true)
        {
            StartedAt = request.Whole("start_time") is { } start ? MlflowValues.TimeOf(start) : null,
            ParentId = TakeParent(tags),
            Tags = tags,
        };
        (var id, command) = IdOf(command, context);
        command = await access.ForCallerAsync(command with { Name = command.Name ?? RandomNames.Next() }, context);
        await HandleAsync(id, command, context);
        return new { Run = await runs.FindAsync(id, context.RequestAborted) };
    }

    public async Task<object> GetAsync(MlflowRequest request, HttpContext context)
    {
        var id = await access.FindAsync(request.RunId(), context);
        return new { Run = await runs.FindAsync(id, context.RequestAborted) };
    }

    public async Task<object> UpdateAsync(MlflowRequest request, HttpContext context)
    {
        var id = await access.FindActiveAsync(request.RunId(), context);
        var run = (await reader.FindAsync(id, context.RequestAborted))!;
        // Everything is read before anything is stored.
        var name = request.Text("run_name") is { Length: > 0 } text ? MlflowValues.NameOf(text) : null;
        var ending = StatusCommandOf(request, run, context);
        if (name is not null)
        {
            await HandleAsync(id, new UpdateRun(name, Attempt: context.JobAttempt()), context);
        }

        if (ending is not null)
        {
            await HandleAsync(id, ending, context);
        }

        run = (await reader.FindAsync(id, context.RequestAborted))!;
        return new
        {
            RunInfo = MlflowRunMapping.InfoOf(run, await runs.ExperimentOfAsync(run, context.RequestAborted)),
        };
    }

    public async Task<object> DeleteAsync(MlflowRequest request, HttpContext context)
    {
        var id = await access.FindAsync(request.RunId(), context);
        var run = (await reader.FindAsync(id, context.RequestAborted))!;
        if (!Run.IsEnd(run.Status) && run.JobId is null)
        {
            // MLflow deletes runs that nobody ended.
            await HandleAsync(id, new FinishRun(RunStatus.Interrupted), context);
        }

        await HandleAsync(id, new DeleteRun(Reason: null), context);
        return MlflowEndpoint.Empty;
    }

    public async Task<object> RestoreAsync(MlflowRequest request, HttpContext context)
    {
        var id = await access.FindAsync(request.RunId(), context);
        await HandleAsync(id, new RestoreRun(), context);
        return MlflowEndpoint.Empty;
    }

    public async Task<object> SearchAsync(MlflowRequest request, HttpContext context)
    {
        var limit = MlflowPages.LimitOf(request, usual: 1000, MaxPage);
        var offset = MlflowPages.OffsetOf(request.Text("page_token"));
        var (found, hasMore) = await runs.SearchAsync(RunSearch.Of(request), limit, offset, context.RequestAborted);
        return new { Runs = found.OrNull(), NextPageToken = MlflowPages.TokenOf(offset + limit, hasMore) };
    }

    /// <summary>What brings a run into the status that a request names; null when it names none, or that it has.</summary>
    private RunCommand? StatusCommandOf(MlflowRequest request, RunView run, HttpContext context)
    {
        var end = request.Whole("end_time") is { } given ? MlflowValues.TimeOf(given) : (DateTimeOffset?)null;
        if (request.Text("status") is not { Length: > 0 } word)
        {
            return null;
        }

        return MlflowRunMapping.StatusOf(word) switch
        {
            // Another process goes on with it.
            RunStatus.Running => new CreateRun(run.Project ?? "default", Name: null, run.JobId, Starts: true)
            {
                StartedAt = clock.GetUtcNow(),
            },
            RunStatus.Scheduled => run.Status is RunStatus.Scheduled
                ? null
                : throw MlflowException.Invalid(
                    $"The run cannot be SCHEDULED again: its status is {MlflowRunMapping.StatusOf(run.Status)}."
                ),
            var status => new FinishRun(status, context.JobAttempt(), context.Caller().Rank, end) { Replaces = true },
        };
    }

    private async Task HandleAsync(string id, RunCommand command, HttpContext context) =>
        MlflowRunAccess.Check(
            await handler.HandleAsync(id, command, context.EventMetadata(id), ifVersion: null, context.RequestAborted)
        );

    /// <summary>
    /// The id of a new run. Only its key makes a request the same as an earlier one: processes that start together send the same fields
    /// and the same time of start, and must not share a run.
    /// </summary>
    private static (string Id, CreateRun Command) IdOf(CreateRun command, HttpContext context)
    {
        if (!context.Request.Headers.TryGetValue(RunRequestKey.Header, out var header))
        {
            return (Guid.CreateVersion7().ToString("D"), command);
        }

        var key = header.ToString();
        return RunRequestKey.IsKey(key)
            ? (RunRequestKey.IdOf(context.Caller(), key), command with { RequestHash = RunRequestKey.HashOf(command) })
            : throw MlflowException.Invalid(
                $"{RunRequestKey.Header}: {RunSentences.RequestKey.With(RunRequestKey.MaxLength).Text}"
            );
    }

    /// <summary>The name of the field, which the tag must agree with, or of the tag; null when there is none.</summary>
    private static string? TakeName(MlflowRequest request, Dictionary<string, string?> tags)
    {
        tags.Remove(MlflowRunMapping.NameTag, out var tag);
        var field = request.Text("run_name");
        if (
            !string.IsNullOrEmpty(field)
            && !string.IsNullOrEmpty(tag)
            && !string.Equals(field, tag, StringComparison.Ordinal)
        )
        {
            throw MlflowException.Invalid(
                $"Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='{ClientText.Brief(field)}', mlflow.runName='{ClientText.Brief(tag)}')."
            );
        }

        var name = string.IsNullOrEmpty(field) ? tag : field;
        return string.IsNullOrEmpty(name) ? null : MlflowValues.NameOf(name);
    }

    private static string? TakeParent(Dictionary<string, string?> tags) =>
        tags.TryGetValue(MlflowRunMapping.ParentTag, out var parent)
        && RunRules.TryNormalizeId(parent, out var id)
        && tags.Remove(MlflowRunMapping.ParentTag)
            ? id
            : null;
}
