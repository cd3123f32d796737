using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Heartbeats;

/// <summary>The usage of a node at one heartbeat.</summary>
internal sealed record TelemetrySample(DateTimeOffset At, NodeUsage Usage);

/// <summary>A node's recent telemetry, oldest first.</summary>
internal sealed record NodeTelemetryResponse(Guid NodeId, IReadOnlyList<TelemetrySample> Items);

internal static class NodeTelemetryEndpoint
{
    private const int MaxSamples = 1000;
    private const int MaxMinutes = 7 * 24 * 60;

    public static void MapNodeTelemetry(this IEndpointRouteBuilder app) =>
        app.MapGet("/{id:guid}/telemetry", HandleAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("GetNodeTelemetry")
            .WithSummary("Read a node's telemetry of the last minutes, thinned to at most 1,000 samples");

    internal static async Task<Results<Ok<NodeTelemetryResponse>, ProblemHttpResult>> HandleAsync(
        Guid id,
        HeartbeatTables heartbeats,
        CancellationToken ct,
        int minutes = 15
    )
    {
        if (minutes is < 1 or > MaxMinutes)
        {
            return ProblemResults.Invalid("minutes", ListSentences.Between.With(1, MaxMinutes));
        }

        return await heartbeats.FindTelemetryAsync(id, TimeSpan.FromMinutes(minutes), MaxSamples, ct) is { } samples
            ? TypedResults.Ok(new NodeTelemetryResponse(id, samples))
            : ProblemResults.NotFound(NodeSentences.NotFound.With(id));
    }
}
