using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Platform.Artifacts.Access;
using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Tracking;
using Platform.Mlflow;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Mlflow.Models;

/// <summary>MLflow's requests about versions of models.</summary>
internal sealed class MlflowModelVersions(
    ModelReader models,
    ModelSource sources,
    ArtifactWriter writer,
    MlflowModelAccess access
)
{
    private const int UsualPage = 10_000;
    private const int MaxPage = 200_000;
    private const int MaxSource = 4000;

    /// <summary>For how long an equal request is a repeat of one whose answer was lost: clients try for about four minutes.</summary>
    private static readonly TimeSpan _retryWindow = TimeSpan.FromMinutes(5);

    public async Task<object> CreateAsync(MlflowRequest request, HttpContext context)
    {
        var artifact = await access.FindAsync(request, context);
        var version = Describe(request, context);
        await access.CheckMakersAsync(request, context);
        version = version with { Files = await sources.FindAsync(version.Metadata["mlflow.source"], context) };
        var tags = ModelValues.TagsOf(request);
        var (number, refusal) = await writer.AddVersionAsync(
            artifact,
            version,
            RetryKeyOf(version, tags, context),
            context.EventMetadata(artifact),
            context.RequestAborted,
            tags,
            _retryWindow
        );
        MlflowModelAccess.Check(refusal);
        return await AnswerAsync(artifact, number, context);
    }

    public async Task<object> GetAsync(MlflowRequest request, HttpContext context) =>
        new { ModelVersion = (await access.FindVersionAsync(request, context)).Version };

    /// <summary>The version's own files; where it has none, what the client said.</summary>
    public async Task<object> GetDownloadUriAsync(MlflowRequest request, HttpContext context)
    {
        var found = await access.FindVersionAsync(request, context);
        return new
        {
            ArtifactUri = found.Files > 0 ? VersionPath.UriOf(found.Artifact, found.Number) : found.Version.Source,
        };
    }

    public async Task<object> UpdateAsync(MlflowRequest request, HttpContext context)
    {
        var found = await access.FindVersionForChangeAsync(request, context);
        if (ModelValues.DescriptionOf(request) is { } description)
        {
            await HandleAsync(found, new DescribeVersion(found.Number, description), context);
        }

        return await AnswerAsync(found.Artifact, found.Number, context);
    }

    public async Task<object> TransitionAsync(MlflowRequest request, HttpContext context)
    {
        var stage = MlflowModels.StageOf(request.RequiredText("stage"));
        var archives = request.Flag("archive_existing_versions");
        if (archives && stage is (ModelStages.None or ModelStages.Archived))
        {
            throw MlflowException.Invalid(
                $"Model version transition cannot archive existing model versions because '{stage}' is not an Active stage. Valid stages are Staging, Production"
            );
        }

        var found = await access.FindVersionForChangeAsync(request, context);
        await HandleAsync(found, new SetStage(found.Number, stage, archives), context);
        return await AnswerAsync(found.Artifact, found.Number, context);
    }

    public async Task<object> DeleteAsync(MlflowRequest request, HttpContext context)
    {
        var found = await access.FindVersionAsync(request, context);
        await HandleAsync(found, new DeleteVersion(found.Number), context);
        return MlflowEndpoint.Empty;
    }

    public async Task<object> SearchAsync(MlflowRequest request, HttpContext context)
    {
        var limit = MlflowPages.LimitOf(request, UsualPage, MaxPage);
        var offset = MlflowPages.OffsetOf(request.Text("page_token"));
        var found = await models.SearchVersionsAsync(request, limit + 1, offset, context.RequestAborted);
        return new
        {
            ModelVersions = found.Take(limit).Select(version => version.Version).ToList().OrNull(),
            NextPageToken = MlflowPages.TokenOf(offset + limit, found.Count > limit),
        };
    }

    public async Task<object> SetTagAsync(MlflowRequest request, HttpContext context)
    {
        var found = await access.FindVersionForChangeAsync(request, context);
        await HandleAsync(
            found,
            new SetVersionTag(found.Number, ModelValues.KeyOf(request), ModelValues.ValueOf(request)),
            context
        );
        return MlflowEndpoint.Empty;
    }

    public async Task<object> DeleteTagAsync(MlflowRequest request, HttpContext context)
    {
        var found = await access.FindVersionForChangeAsync(request, context);
        await HandleAsync(found, new SetVersionTag(found.Number, ModelValues.KeyOf(request), Value: null), context);
        return MlflowEndpoint.Empty;
    }

    private static CreateVersion Describe(MlflowRequest request, HttpContext context)
    {
        var source = request.RequiredText("source");
        if (source.Length > MaxSource || !ClientText.IsOneLine(source))
        {
            throw MlflowException.Invalid($"The source has at most {MaxSource} characters in one line.");
        }

        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["mlflow.source"] = source };
        AddText(metadata, "mlflow.runLink", request.Text("run_link"));
        AddText(metadata, "mlflow.modelId", request.Text("model_id"));
        Guid? runId = null;
        if (request.Text("run_id") is { Length: > 0 } run)
        {
            if (!RunIds.TryNormalize(run, out var normalized))
            {
                throw MlflowException.Invalid($"Invalid run ID: '{ClientText.Brief(run)}'");
            }

            if (Guid.TryParse(normalized, CultureInfo.InvariantCulture, out var uuid))
            {
                runId = uuid;
            }
            else
            {
                metadata["mlflow.runId"] = normalized;
            }
        }

        return MachineAccess.ByItsMaker(
            context,
            new CreateVersion
            {
                Type = Artifact.ModelType,
                Description = ModelValues.DescriptionOf(request),
                Files = [],
                Metadata = metadata,
                RunId = runId,
            }
        );
    }

    private static void AddText(Dictionary<string, string> metadata, string key, string? text)
    {
        if (text is { Length: > 0 })
        {
            metadata[key] =
                text.Length <= MaxSource ? text : throw MlflowException.Invalid($"'{key}' is longer than {MaxSource}.");
        }
    }

    /// <summary>
    /// Clients send no key of their own: what they say is the key, with its files, as long as they may repeat it.
    /// </summary>
    private static string RetryKeyOf(
        CreateVersion version,
        IReadOnlyDictionary<string, string> tags,
        HttpContext context
    )
    {
        var parts = version
            .Metadata.Concat(tags)
            .SelectMany(pair => new[] { pair.Key, pair.Value })
            .Concat([
                version.RunId?.ToString() ?? "",
                version.Description ?? "",
                new Manifest(version.Files).Digest,
                context.Caller().Subject,
            ]);
        return "mlflow:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
    }

    private async Task<object> AnswerAsync(string artifact, int number, HttpContext context) =>
        new
        {
            ModelVersion = (await models.FindVersionAsync(artifact, number, context.RequestAborted))?.Version
                ?? throw MlflowException.NotFound($"Model Version (version={number}) not found"),
        };

    private async Task HandleAsync(FoundVersion version, ArtifactCommand command, HttpContext context)
    {
        var outcome = await writer.HandleAsync(
            version.Artifact,
            command,
            context.EventMetadata(version.Artifact),
            cancellationToken: context.RequestAborted
        );
        MlflowModelAccess.Check(outcome.Refusal);
    }
}
