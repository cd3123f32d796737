using Platform.Artifacts.Catalog;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Tracking;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.RunFiles;

/// <summary>The query of the versions that a run made.</summary>
internal sealed record ListRunArtifactsQuery : ListQuery;

internal static class ListRunArtifacts
{
    public static void MapListRunArtifacts(this IEndpointRouteBuilder runs) =>
        runs.MapList<ListRunArtifactsQuery>(
                "/artifacts",
                HandleAsync,
                "ListRunArtifacts",
                "The artifact versions that a run made, the newest first; none for a run that is not known"
            )
            .RequireAuthorization(Policies.Read);

    private static Task<ListResult<ArtifactVersion>> HandleAsync(
        string id,
        [AsParameters] ListRunArtifactsQuery query,
        ArtifactsStore store,
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        var filter = new ListFilter();
        // Versions name runs by UUID; a run with another id has made none.
        if (RunIds.TryNormalize(id, out var normalized) && Guid.TryParse(normalized, out var run))
        {
            filter.Add(parameter => $"v.run_id = {parameter(run)} and v.deleted_at is null");
        }
        else
        {
            filter.Add(_ => "false");
        }

        return VersionLists.OfMaker.AnswerAsync(store.DataSource, query, filter, request, cancellationToken);
    }
}
