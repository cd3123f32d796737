using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Artifacts.Access;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Changing;
using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.JobArtifacts;

/// <summary>The target of an uploaded file.</summary>
/// <param name="Name">The artifact.</param>
/// <param name="Rank">The process of the attempt; 0 for a job of one process.</param>
/// <param name="Path">The file's path in the version; defaults to the artifact's name.</param>
internal sealed record UploadJobArtifactQuery(
    string Name,
    string? Type,
    string? Path,
    string? Project,
    int? Attempt,
    int? Rank,
    Guid? RunId
);

internal static class UploadJobArtifact
{
    public static void MapUploadJobArtifact(this IEndpointRouteBuilder jobs) =>
        jobs.MapPost("/", HandleAsync)
            .RequireAuthorization(Policies.StoreJobArtifact)
            .WithName("UploadJobArtifact")
            .WithSummary(
                "Upload one file of a job as a new version (a user's word for the job is taken); checked against Content-Digest or X-Content-Sha256"
            )
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .Accepts<Stream>("application/octet-stream", "*/*")
            .RefuseWhileDiskIsFull(exceptJobs: true);

    private static async Task<Results<Created<ArtifactManifest>, ProblemHttpResult>> HandleAsync(
        Guid jobId,
        [AsParameters] UploadJobArtifactQuery query,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        HttpContext context,
        BlobLibrary blobs,
        MachineAccess access,
        VersionCreation creation
    )
    {
        if (!ClientText.IsArtifactName(query.Name))
        {
            return ProblemResults.Invalid("name", TextSentences.Name);
        }

        if (CreateVersionRules.ProblemWithKey(idempotencyKey) is { } keyProblem)
        {
            return ProblemResults.Invalid("Idempotency-Key", keyProblem);
        }

        if (!ContentDigest.TryRead(context.Request.Headers, out var expected))
        {
            return ProblemResults.Invalid("Content-Digest", ArtifactSentences.ContentDigest);
        }

        if (
            await access.RefuseVersionAsync(context, jobId, query.Attempt, query.Rank, context.RequestAborted) is
            { } refusal
        )
        {
            return refusal;
        }

        // Everything but the bytes is checked before they are received.
        var request = Describe(jobId, query, new string('0', 64), size: 0);
        var errors = CreateVersionRules.Check(request);
        if (errors.Count > 0)
        {
            return ProblemResults.Invalid(errors);
        }

        await using var incoming = await blobs.ReceiveAsync(context.Request.Body, context.RequestAborted);
        if (expected is { } digest && digest != incoming.Name)
        {
            return BlobUpload.Mismatch(incoming, digest);
        }

        var blob =
            await blobs.FindAsync(incoming.Name, context.RequestAborted)
            ?? await blobs.KeepAsync(incoming, context.RequestAborted);
        return await creation.CreateAsync(
            context,
            query.Name,
            MachineAccess.ByItsMaker(context, Describe(jobId, query, blob.Sha256, blob.Size)),
            idempotencyKey
        );
    }

    private static CreateVersion Describe(Guid jobId, UploadJobArtifactQuery query, string sha256, long size) =>
        new()
        {
            Type = query.Type ?? AddVersion.AnyType,
            Project = query.Project,
            Files =
            [
                new ArtifactFile
                {
                    Path = query.Path ?? query.Name,
                    Size = size,
                    Sha256 = sha256,
                },
            ],
            JobId = jobId,
            Attempt = query.Attempt,
            Rank = query.Rank,
            RunId = query.RunId,
        };
}
