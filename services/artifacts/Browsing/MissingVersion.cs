using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Artifacts.Catalog;
using Platform.Artifacts.Versions;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Browsing;

internal static class MissingVersion
{
    /// <summary>404 for a version that was asked for; one in the recycle bin is told apart.</summary>
    public static async Task<ProblemHttpResult> ExplainMissingAsync(
        this ArtifactCatalog catalog,
        string name,
        string reference,
        CancellationToken cancellationToken
    ) =>
        await catalog.IsDeletedAsync(name, reference, cancellationToken)
            ? ProblemResults.Problem(
                StatusCodes.Status404NotFound,
                ArtifactSentences.VersionInBin.With(reference, name)
            )
            : ArtifactProblems.NoVersion(name, reference);
}
