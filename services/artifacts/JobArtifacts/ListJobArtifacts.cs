using Platform.Artifacts.Catalog;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.JobArtifacts;

/// <summary>The query of the versions that a job made.</summary>
internal sealed record ListJobArtifactsQuery : ListQuery;

internal static class ListJobArtifacts
{
    public static void MapListJobArtifacts(this IEndpointRouteBuilder jobs) =>
        jobs.MapList<ListJobArtifactsQuery>(
                "/",
                HandleAsync,
                "ListJobArtifacts",
                "The artifact versions that a job made, the newest first"
            )
            .RequireAuthorization(Policies.ReadJob);

    private static Task<ListResult<ArtifactVersion>> HandleAsync(
        Guid jobId,
        [AsParameters] ListJobArtifactsQuery query,
        ArtifactsStore store,
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        var filter = new ListFilter();
        filter.Add(parameter => $"v.job_id = {parameter(jobId)} and v.deleted_at is null");
        return VersionLists.OfMaker.AnswerAsync(store.DataSource, query, filter, request, cancellationToken);
    }
}
