using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Artifacts;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Versions;

/// <summary>The problem documents of this service.</summary>
internal static class ArtifactProblems
{
    private const int MaxListed = 1000;

    public static ProblemHttpResult NoArtifact(string name) =>
        ProblemResults.NotFound(ArtifactSentences.NotFound.With(name));

    public static ProblemHttpResult NoVersion(string name, string reference) =>
        ProblemResults.Problem(StatusCodes.Status404NotFound, ArtifactSentences.NoVersion.With(reference, name));

    public static ProblemHttpResult From(Refusal refusal) =>
        ProblemResults.From(
            refusal,
            refusal.Code is Artifact.NotFound or Artifact.VersionNotFound ? StatusCodes.Status404NotFound
                : refusal == Artifact.Gone ? StatusCodes.Status410Gone
                : StatusCodes.Status409Conflict
        );

    /// <summary>Lists the SHA-256 of the blobs that must be uploaded first.</summary>
    public static ProblemHttpResult MissingBlobs(IReadOnlyList<ArtifactFile> missing)
    {
        var problem = ProblemResults.Problem(
            StatusCodes.Status400BadRequest,
            ArtifactSentences.BlobsMissing.With(missing.Count)
        );
        problem.ProblemDetails.Extensions["missing"] = missing
            .Select(file => file.Sha256)
            .Distinct(StringComparer.Ordinal)
            .Take(MaxListed)
            .ToArray();
        return problem;
    }

    /// <summary>Refuses invalid artifact names before the endpoint runs.</summary>
    public static async ValueTask<object?> CheckNameAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    ) =>
        context.HttpContext.GetRouteValue("name") is string name && !ClientText.IsArtifactName(name)
            ? ProblemResults.Invalid("name", TextSentences.Name)
            : await next(context);
}
