using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Artifacts.Access;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Catalog;
using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Changing;

internal static class CreateVersionEndpoint
{
    public static void MapCreateVersion(this IEndpointRouteBuilder artifacts) =>
        artifacts
            .MapPost("/{name}/versions", HandleAsync)
            .RequireAuthorization(Policies.StoreArtifact)
            .WithName("CreateArtifactVersion")
            .WithSummary("Create the next version from uploaded blobs; repeats with the same Idempotency-Key make one");

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

        if (context.Caller() is { Kind: CallerKind.Job } job)
        {
            request = request with { JobId = job.Id, Attempt = job.Attempt, Rank = job.Rank };
        }

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
    public async Task<Results<Created<ArtifactManifest>, ProblemHttpResult>> CreateAsync(
        HttpContext context,
        string name,
        CreateVersion request,
        string? idempotencyKey
    )
    {
        var cancellationToken = context.RequestAborted;
        var (number, refusal) = await writer.AddVersionAsync(
            name,
            request,
            idempotencyKey,
            context.EventMetadata(name),
            cancellationToken
        );
        if (refusal == ArtifactWriter.BlobsMissing)
        {
            return ArtifactProblems.MissingBlobs(await blobs.FindMissingAsync(request.Files, cancellationToken));
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
    }
}
