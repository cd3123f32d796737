using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Artifacts;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Versions;

/// <summary>The problem documents of this service.</summary>
internal static class ArtifactProblems
{
    private const int MaxListed = 1000;

    public static ProblemHttpResult NoArtifact(string name) => ProblemResults.NotFound("artifact", name);

    public static ProblemHttpResult NoVersion(string name, string reference) =>
        ProblemResults.Problem(
            StatusCodes.Status404NotFound,
            Artifact.VersionNotFound,
            $"There is no version '{reference}' of an artifact '{name}'."
        );

    public static ProblemHttpResult From(Refusal refusal) =>
        ProblemResults.From(
            refusal,
            refusal.Code is Artifact.NotFound or Artifact.VersionNotFound ? StatusCodes.Status404NotFound
                : refusal == Artifact.Gone ? StatusCodes.Status410Gone
                : StatusCodes.Status409Conflict
        );

    /// <summary>Lists the SHA-256 of the blobs that must be uploaded first.</summary>
    public static ProblemHttpResult MissingBlobs(IReadOnlyList<ArtifactFile> missing) =>
        TypedResults.Problem(
            $"{missing.Count} of the files are not stored with that size. Upload their bytes first.",
            statusCode: StatusCodes.Status400BadRequest,
            type: ProblemResults.TypeOf("artifact.blobs-missing"),
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["missing"] = missing
                    .Select(file => file.Sha256)
                    .Distinct(StringComparer.Ordinal)
                    .Take(MaxListed)
                    .ToArray(),
            }
        );

    /// <summary>Refuses invalid artifact names before the endpoint runs.</summary>
    public static async ValueTask<object?> CheckNameAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    ) =>
        context.HttpContext.GetRouteValue("name") is string name && !ClientText.IsArtifactName(name)
            ? ProblemResults.Invalid("name", $"A name is {ClientText.ArtifactNameRule}.")
            : await next(context);
}
