using Platform.ServiceDefaults;

namespace Platform.Artifacts.Browsing;

internal static class ReadStatistics
{
    public static void MapReadStatistics(this IEndpointRouteBuilder artifacts) =>
        artifacts
            .MapGet(
                "/statistics",
                async (StorageStatistics statistics, CancellationToken ct) =>
                    TypedResults.Ok(await statistics.ReadAsync(ct))
            )
            .RequireAuthorization(Policies.Read)
            .WithName("GetArtifactStatistics")
            .WithSummary("Storage statistics: how much is stored, and what deduplication saves");
}
