using System.Text;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Artifacts.Access;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Blobs.Stores;
using Platform.Artifacts.Mlflow.Models;
using Platform.Artifacts.RunFiles;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Mlflow;

/// <summary>
/// MLflow's requests about files of runs and logged models: its proxied artifact storage (<c>mlflow-artifacts</c>), and the lists of them. They are
/// described by MLflow, and so left out of the platform's own description. Refusals have MLflow's form, as for all requests under these
/// addresses.
/// </summary>
internal static class MlflowArtifacts
{
    /// <summary>The most entries of a page.</summary>
    private const int PageEntries = 1000;

    /// <summary>The most entries of an answer that has no pages.</summary>
    private const int MaxEntries = 100_000;

    private static readonly string[] _prefixes = ["/api/2.0", "/ajax-api/2.0"];
    private static readonly string[] _reads = [HttpMethods.Get, HttpMethods.Head];

    public static void MapMlflowArtifacts(this IEndpointRouteBuilder app)
    {
        foreach (var prefix in _prefixes)
        {
            var mlflow = app.MapGroup(prefix)
                .ExcludeFromDescription()
                .AddEndpointFilter(StoreProblems.CatchAsync)
                .AddEndpointFilter(MachineAccess.CheckAttemptForMlflowAsync);
            mlflow.MapGet("/mlflow/artifacts/list", ListOfRunAsync).RequireAuthorization(Policies.ReadRun);
            mlflow
                .MapGet("/mlflow/logged-models/{model_id}/artifacts/directories", ListOfModelAsync)
                .RequireAuthorization(Policies.ReadRun);
            mlflow.MapGet("/mlflow-artifacts/artifacts", ListAsync).RequireAuthorization(Policies.ReadRun);
            mlflow
                .MapMethods("/mlflow-artifacts/artifacts/{**path}", _reads, DownloadAsync)
                .RequireAuthorization(Policies.ReadRun);
            mlflow
                .MapPut("/mlflow-artifacts/artifacts/{**path}", UploadAsync)
                .RequireAuthorization(Policies.TrackRun)
                .WithMetadata(new DisableRequestSizeLimitAttribute())
                .RefuseWhileDiskIsFull(exceptJobs: true);
            mlflow.MapDelete("/mlflow-artifacts/artifacts/{**path}", DeleteAsync).RequireAuthorization(Policies.Edit);
            mlflow
                .Map("/mlflow-artifacts/{**rest}", (HttpRequest request) => Unsupported(request))
                .RequireAuthorization(Policies.SignedIn);
        }
    }

    private static async Task<IResult> ListOfRunAsync(
        [FromQuery(Name = "run_id")] string? runId,
        [FromQuery(Name = "run_uuid")] string? runUuid,
        string? path,
        [FromQuery(Name = "page_token")] string? pageToken,
        HttpContext context,
        RunFileAccess access,
        RunFileStore files
    )
    {
        return (string.IsNullOrEmpty(runId) ? runUuid : runId) is { Length: > 0 } id
            ? await ListOfOwnerAsync(id, path, pageToken, context, access, files)
            : ProblemResults.Invalid("run_id", MlflowSentences.RunId);
    }

    private static Task<IResult> ListOfModelAsync(
        [FromRoute(Name = "model_id")] string modelId,
        [FromQuery(Name = "artifact_directory_path")] string? path,
        [FromQuery(Name = "page_token")] string? pageToken,
        HttpContext context,
        RunFileAccess access,
        RunFileStore files
    ) => ListOfOwnerAsync(modelId, path, pageToken, context, access, files);

    private static async Task<IResult> ListOfOwnerAsync(
        string id,
        string? path,
        string? pageToken,
        HttpContext context,
        RunFileAccess access,
        RunFileStore files
    )
    {
        path = ClientText.DecodeSlashes(path ?? "");
        if (path.Length > 0 && ClientText.ProblemWithPath(path) is { } problem)
        {
            return ProblemResults.Invalid("path", problem);
        }

        if (!TryReadToken(pageToken, out var after))
        {
            return ProblemResults.Invalid("page_token", MlflowSentences.PageToken);
        }

        var (owner, refusal) = await access.FindAsync(id, context);
        if (refusal is not null)
        {
            return refusal;
        }

        var folder = await files.ListAsync(owner!.Id, path, after, PageEntries, context.RequestAborted);
        return Json(
            new MlflowFiles
            {
                RootUri = ArtifactPath.RootOf(owner),
                Files = FilesOf(folder.Entries, path.Length > 0 ? $"{path}/" : ""),
                NextPageToken = folder.Next is { } next ? Convert.ToBase64String(Encoding.UTF8.GetBytes(next)) : null,
            }
        );
    }

    private static async Task<IResult> ListAsync(
        string? path,
        HttpContext context,
        RunFileAccess access,
        RunFileStore files,
        VersionFiles versions
    )
    {
        if (VersionPath.TryParse(path, out var version))
        {
            var (entries, unreadable) = await versions.ListAsync(version, context);
            return unreadable is null ? Json(new MlflowFiles { Files = FilesOf(entries, "") }) : unreadable;
        }

        if (!ArtifactPath.TryParse(path, out var target))
        {
            return ProblemResults.Invalid("path", MlflowSentences.Path);
        }

        var (owner, refusal) = await access.FindAsync(target.Owner, context);
        if (refusal is not null)
        {
            return refusal;
        }

        var folder = await files.ListAsync(owner!.Id, target.Path, after: null, MaxEntries, context.RequestAborted);
        return Json(new MlflowFiles { Files = FilesOf(folder.Entries, "") });
    }

    private static async Task<IResult> DownloadAsync(
        string? path,
        HttpContext context,
        RunFileAccess access,
        RunFileStore files,
        BlobLibrary blobs,
        VersionFiles versions,
        ILogger<RunFileStore> logger
    )
    {
        if (VersionPath.TryParse(path, out var version))
        {
            return await versions.OpenAsync(version, context);
        }

        if (!ArtifactPath.TryParse(path, out var target))
        {
            return ProblemResults.Invalid("path", MlflowSentences.Path);
        }

        var (owner, refusal) = await access.FindAsync(target.Owner, context);
        return refusal ?? (await ReadRunFiles.OpenAsync(owner!, target.Path, context, files, blobs, logger)).Result;
    }

    private static async Task<IResult> UploadAsync(string? path, HttpContext context, RunFileUpload upload)
    {
        if (!ArtifactPath.TryParse(path, out var target))
        {
            return ProblemResults.Invalid("path", MlflowSentences.Path);
        }

        var (_, _, refusal) = await upload.ReceiveAsync(target.Owner, target.Path, context);
        return refusal is null ? Json(new MlflowFiles()) : refusal;
    }

    /// <summary>What is not there is deleted: a client repeats a request whose answer is lost.</summary>
    private static async Task<IResult> DeleteAsync(
        string? path,
        HttpContext context,
        RunFileAccess access,
        RunFileStore files
    )
    {
        if (!ArtifactPath.TryParse(path, out var target))
        {
            return ProblemResults.Invalid("path", MlflowSentences.Path);
        }

        var (owner, refusal) = await access.FindForChangeAsync(target.Owner, context);
        if (refusal is not null)
        {
            return refusal;
        }

        await files.DeleteAsync(owner!.Id, target.Path, context.RequestAborted);
        return Json(new MlflowFiles());
    }

    /// <summary>Clients upload in one request where parts are not supported; they look for the beginning of this text.</summary>
    private static ProblemHttpResult Unsupported(HttpRequest request) =>
        request.RouteValues["rest"] is string rest
        && (
            rest.StartsWith("mpu/", StringComparison.Ordinal) || rest.StartsWith("presigned/", StringComparison.Ordinal)
        )
            ? ProblemResults.Problem(StatusCodes.Status501NotImplemented, MlflowSentences.NoParts)
            : TypedResults.Problem(statusCode: StatusCodes.Status404NotFound);

    private static bool TryReadToken(string? token, out string? after)
    {
        after = null;
        if (string.IsNullOrEmpty(token))
        {
            return true;
        }

        var bytes = new byte[token.Length];
        if (!Convert.TryFromBase64String(token, bytes, out var count))
        {
            return false;
        }

        after = Encoding.UTF8.GetString(bytes, 0, count);
        return ClientText.IsText(after);
    }

    private static List<MlflowFile>? FilesOf(
        IReadOnlyList<Contracts.Artifacts.RunFolderEntry> entries,
        string folder
    ) =>
        entries.Count == 0
            ? null
            :
            [
                .. entries.Select(entry => new MlflowFile(
                    folder + entry.Name,
                    entry.IsFolder,
                    entry.IsFolder ? null : entry.Size
                )),
            ];

    private static JsonHttpResult<MlflowFiles> Json(MlflowFiles files) =>
        TypedResults.Json(files, MlflowArtifactsJson.Default.MlflowFiles);
}

/// <summary>A list of files as MLflow writes it.</summary>
internal sealed record MlflowFiles
{
    public string? RootUri { get; init; }
    public IReadOnlyList<MlflowFile>? Files { get; init; }
    public string? NextPageToken { get; init; }
}

/// <summary>A file, or a folder, as MLflow writes it.</summary>
internal sealed record MlflowFile(string Path, bool IsDir, long? FileSize);

/// <summary>MLflow's JSON: names with underscores, nothing where there is nothing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(MlflowFiles))]
internal sealed partial class MlflowArtifactsJson : JsonSerializerContext;
