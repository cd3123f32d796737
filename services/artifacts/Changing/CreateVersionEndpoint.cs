using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Artifacts.Access;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Catalog;
using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Changing;

internal static class CreateVersionEndpoint
{
    public static void MapCreateVersion(this IEndpointRouteBuilder artifacts) =>
        artifacts
            .MapPost("/{name}/versions", HandleAsync)
            .RequireAuthorization(Policies.StoreArtifact)
            .WithName("CreateArtifactVersion")
            .WithSummary("Create the next version from uploaded blobs; repeats with the same Idempotency-Key make one")
            .RefuseWhileDiskIsFull(exceptJobs: true);

    private static async Task<Results<Created<ArtifactManifest>, ProblemHttpResult>> HandleAsync(
        string name,
        CreateVersion request,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        HttpContext context,
        BlobLibrary blobs,
        MachineAccess access,
        VersionCreation creation,
        CancellationToken cancellationToken
    )
    {
        var errors = CreateVersionRules.Check(request);
        if (errors.Count > 0)
        {
            return ProblemResults.Invalid(errors);
        }

        if (CreateVersionRules.ProblemWithKey(idempotencyKey) is { } problem)
        {
            return ProblemResults.Invalid("Idempotency-Key", problem);
        }

        if (
            await access.RefuseVersionAsync(context, request.JobId, request.Attempt, request.Rank, cancellationToken) is
            { } refusal
        )
        {
            return refusal;
        }

        request = MachineAccess.ByItsMaker(context, request);
        if (
            await access.RefuseAliasesAsync(
                context,
                name,
                request.Aliases,
                number: null,
                request is { JobId: { } maker, Attempt: { } attempt } ? (maker, attempt) : null,
                cancellationToken
            ) is
            { } foreign
        )
        {
            return foreign;
        }

        var missing = await blobs.FindMissingAsync(request.Files, cancellationToken);
        return missing.Count > 0
            ? ArtifactProblems.MissingBlobs(missing)
            : await creation.CreateAsync(context, name, request, idempotencyKey);
    }
}

/// <summary>Adds a version and answers with its manifest; shared by the endpoints that create versions.</summary>
internal sealed class VersionCreation(ArtifactWriter writer, ArtifactCatalog catalog, BlobLibrary blobs)
{
    /// <summary>How often bytes may be missing for the version but there when they are to be listed.</summary>
    private const int MaxTries = 3;

    public async Task<Results<Created<ArtifactManifest>, ProblemHttpResult>> CreateAsync(
        HttpContext context,
        string name,
        CreateVersion request,
        string? idempotencyKey
    )
    {
        var cancellationToken = context.RequestAborted;
        var (number, refusal) = await AddAsync();
        for (var tries = 1; refusal == ArtifactWriter.BlobsMissing; tries++)
        {
            var missing = await blobs.FindMissingAsync(request.Files, cancellationToken);
            if (missing.Count > 0)
            {
                return ArtifactProblems.MissingBlobs(missing);
            }

            if (tries == MaxTries)
            {
                throw new BlobCollectedException();
            }

            // Another upload has stored them in between.
            (number, refusal) = await AddAsync();
        }

        if (refusal is not null)
        {
            return ArtifactProblems.From(refusal);
        }

        var (version, revision) = await catalog.GetVersionAsync(name, number, cancellationToken);
        context.Response.SetETag(revision);
        return TypedResults.Created(
            $"/api/artifacts/{name}/versions/{number}",
            await catalog.ReadManifestAsync(version, cancellationToken)
        );

        Task<(int Number, Refusal? Refusal)> AddAsync() =>
            writer.AddVersionAsync(name, request, idempotencyKey, context.EventMetadata(name), cancellationToken);
    }
}
