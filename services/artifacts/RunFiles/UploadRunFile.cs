using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Artifacts.Blobs;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.RunFiles;

internal static class UploadRunFile
{
    public static void MapUploadRunFile(this IEndpointRouteBuilder runs) =>
        runs.MapPut("/files/{**path}", HandleAsync)
            .RequireAuthorization(Policies.TrackRun)
            .WithName("UploadRunFile")
            .WithSummary(
                "Store a file of a run, in place of one of the same path; checked against Content-Digest or X-Content-Sha256"
            )
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .Accepts<Stream>("application/octet-stream", "*/*")
            .RefuseWhileDiskIsFull(exceptJobs: true);

    private static async Task<Results<Created<RunFile>, Ok<RunFile>, ProblemHttpResult>> HandleAsync(
        string id,
        string? path,
        HttpContext context,
        RunFileUpload upload
    )
    {
        // Generated clients encode the slashes of a path.
        var (file, isNew, refusal) = await upload.ReceiveAsync(id, ClientText.DecodeSlashes(path ?? ""), context);
        return refusal is not null ? refusal
            : isNew ? TypedResults.Created($"/api/runs/{id}/files/{Uri.EscapeDataString(file!.Path)}", file)
            : TypedResults.Ok(file);
    }
}

/// <summary>Receives the bytes of a file of a run.</summary>
internal sealed class RunFileUpload(RunFileAccess access, RunFileStore files, BlobLibrary blobs)
{
    /// <summary>Stores the request's body as a file of a run.</summary>
    /// <returns>The file and whether it is new, or why it is refused.</returns>
    public async Task<(RunFile? File, bool IsNew, ProblemHttpResult? Refusal)> ReceiveAsync(
        string id,
        string? path,
        HttpContext context
    )
    {
        if (ClientText.ProblemWithPath(path) is { } problem)
        {
            return (null, false, ProblemResults.Invalid("path", problem));
        }

        if (context.Request.Headers.ContentRange.Count > 0)
        {
            return (null, false, ProblemResults.Invalid("Content-Range", RunFileSentences.WholeFile));
        }

        if (context.Request.HasEncoding())
        {
            return (
                null,
                false,
                ProblemResults.Problem(StatusCodes.Status415UnsupportedMediaType, RunFileSentences.NotCompressed)
            );
        }

        if (!ContentDigest.TryRead(context.Request.Headers, out var expected))
        {
            return (null, false, ProblemResults.Invalid("Content-Digest", ArtifactSentences.ContentDigest));
        }

        // Everything but the bytes is checked before they are received.
        var (owner, refusal) = await access.FindForChangeAsync(id, context);
        if (refusal is not null)
        {
            return (null, false, refusal);
        }

        if (!FileCondition.TryRead(context.Request.Headers, out var condition))
        {
            return (null, false, Changed());
        }

        await using var incoming = await blobs.ReceiveAsync(context.Request.Body, context.RequestAborted);
        if (expected is { } digest && digest != incoming.Name)
        {
            return (null, false, BlobUpload.Mismatch(incoming, digest));
        }

        var blob =
            await blobs.FindAsync(incoming.Name, context.RequestAborted)
            ?? await blobs.KeepAsync(incoming, context.RequestAborted);
        var (outcome, file) = await files.PutAsync(owner!.Id, path!, blob, condition, context.RequestAborted);
        return outcome switch
        {
            FileOutcome.Added or FileOutcome.Replaced => (file, outcome is FileOutcome.Added, null),
            FileOutcome.InTheWay => (
                null,
                false,
                ProblemResults.Problem(StatusCodes.Status409Conflict, RunFileSentences.FolderOrFile.With(path!))
            ),
            FileOutcome.Changed => (null, false, Changed()),
            FileOutcome.NoRun => (null, false, FileOwnerProblems.Deleted(owner.Id)),
            _ => throw new BlobCollectedException(),
        };
    }

    private static ProblemHttpResult Changed() =>
        ProblemResults.Problem(StatusCodes.Status412PreconditionFailed, RunFileSentences.Changed);
}
