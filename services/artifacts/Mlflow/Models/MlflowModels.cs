using Platform.Artifacts.Versions;
using Platform.Mlflow;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Mlflow.Models;

/// <summary>MLflow's requests about models of the registry.</summary>
internal sealed class MlflowModels(
    ModelReader models,
    ModelNames names,
    ArtifactWriter writer,
    MlflowModelAccess access
)
{
    private const int UsualPage = 100;
    private const int MaxPage = 1000;

    public async Task<object> CreateAsync(MlflowRequest request, HttpContext context)
    {
        var name = MlflowModelAccess.NameOf(request);
        var (description, tags) = (ModelValues.DescriptionOf(request), ModelValues.TagsOf(request));
        var artifact =
            await names.RegisterAsync(name, description, tags, context.EventMetadata(name), context.RequestAborted)
            ?? throw MlflowException.AlreadyExists($"Registered Model (name={name}) already exists.");
        return await AnswerAsync(artifact, context);
    }

    public async Task<object> GetAsync(MlflowRequest request, HttpContext context) =>
        await AnswerAsync(await access.FindAsync(request, context), context);

    public async Task<object> RenameAsync(MlflowRequest request, HttpContext context)
    {
        var artifact = await access.FindAsync(request, context);
        var name = MlflowModelAccess.NameOf(request, "new_name");
        return await names.RenameAsync(artifact, name, context.EventMetadata(artifact), context.RequestAborted)
            ? await AnswerAsync(artifact, context)
            : throw MlflowException.AlreadyExists($"Registered Model (name={name}) already exists.");
    }

    public async Task<object> UpdateAsync(MlflowRequest request, HttpContext context)
    {
        var artifact = await access.FindAsync(request, context);
        await HandleAsync(artifact, new ChangeModel(Name: null, ModelValues.DescriptionOf(request)), context);
        return await AnswerAsync(artifact, context);
    }

    public async Task<object> DeleteAsync(MlflowRequest request, HttpContext context)
    {
        var artifact = await access.FindAsync(request, context);
        await names.DeleteAsync(artifact, context.EventMetadata(artifact), context.RequestAborted);
        return MlflowEndpoint.Empty;
    }

    public async Task<object> SearchAsync(MlflowRequest request, HttpContext context)
    {
        var limit = MlflowPages.LimitOf(request, UsualPage, MaxPage);
        var offset = MlflowPages.OffsetOf(request.Text("page_token"));
        var found = await models.SearchAsync(request, limit + 1, offset, context.RequestAborted);
        return new
        {
            RegisteredModels = found.Take(limit).ToList().OrNull(),
            NextPageToken = MlflowPages.TokenOf(offset + limit, found.Count > limit),
        };
    }

    public async Task<object> GetLatestVersionsAsync(MlflowRequest request, HttpContext context)
    {
        var artifact = await access.FindAsync(request, context);
        var stages = request.Texts("stages").Select(StageOf).ToHashSet(StringComparer.Ordinal);
        var latest = await models.LatestAsync([artifact], context.RequestAborted);
        return new
        {
            ModelVersions = latest
                .Select(version => version.Version)
                .Where(version => stages.Count == 0 || stages.Contains(version.CurrentStage))
                .ToList()
                .OrNull(),
        };
    }

    public async Task<object> SetTagAsync(MlflowRequest request, HttpContext context)
    {
        var artifact = await access.FindAsync(request, context);
        await HandleAsync(artifact, new SetModelTag(ModelValues.KeyOf(request), ModelValues.ValueOf(request)), context);
        return MlflowEndpoint.Empty;
    }

    public async Task<object> DeleteTagAsync(MlflowRequest request, HttpContext context)
    {
        var artifact = await access.FindAsync(request, context);
        await HandleAsync(artifact, new SetModelTag(ModelValues.KeyOf(request), Value: null), context);
        return MlflowEndpoint.Empty;
    }

    public async Task<object> SetAliasAsync(MlflowRequest request, HttpContext context)
    {
        var alias = request.RequiredText("alias");
        if (!ArtifactNames.IsAlias(alias))
        {
            throw MlflowException.Invalid(
                $"Invalid alias '{ClientText.Brief(alias)}'. {ArtifactSentences.Alias.English}"
            );
        }

        var version = await access.FindVersionAsync(request, context);
        await access.CheckAliasAsync(version, alias, context);
        await HandleAsync(version.Artifact, new PointAlias(alias, version.Number), context);
        return MlflowEndpoint.Empty;
    }

    public async Task<object> DeleteAliasAsync(MlflowRequest request, HttpContext context)
    {
        var artifact = await access.FindAsync(request, context);
        var outcome = await writer.HandleAsync(
            artifact,
            new RemoveAlias(request.RequiredText("alias")),
            context.EventMetadata(artifact),
            cancellationToken: context.RequestAborted
        );
        // A model without versions has no aliases.
        return outcome.Refusal is null or { Code: Artifact.NotFound }
            ? MlflowEndpoint.Empty
            : throw MlflowException.Invalid(outcome.Refusal.Message);
    }

    public async Task<object> GetAliasAsync(MlflowRequest request, HttpContext context)
    {
        var artifact = await access.FindAsync(request, context);
        var alias = request.RequiredText("alias");
        var found =
            await models.FindAliasAsync(artifact, alias, context.RequestAborted)
            ?? throw MlflowException.Invalid($"Registered model alias {ClientText.Brief(alias)} not found.");
        return new { ModelVersion = found.Version };
    }

    /// <summary>A stage of a name in any case.</summary>
    public static string StageOf(string name) =>
        ModelStages.Find(name)
        ?? throw MlflowException.Invalid(
            $"Invalid Model Version stage: {ClientText.Brief(name)}. Value must be one of {string.Join(", ", ModelStages.All)}."
        );

    private async Task<object> AnswerAsync(string artifact, HttpContext context) =>
        new { RegisteredModel = await models.GetAsync(artifact, context.RequestAborted) };

    private async Task HandleAsync(string artifact, ArtifactCommand command, HttpContext context)
    {
        var outcome = await writer.HandleAsync(
            artifact,
            command,
            context.EventMetadata(artifact),
            cancellationToken: context.RequestAborted
        );
        MlflowModelAccess.Check(outcome.Refusal);
    }
}
