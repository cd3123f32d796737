using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Platform.Contracts.Nodes;
using Platform.EventStore;
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
        NodesStore store,
        TimeProvider clock,
        CancellationToken ct,
        int minutes = 15
    )
    {
        if (minutes is < 1 or > MaxMinutes)
        {
            return ProblemResults.Invalid("minutes", $"Between 1 and {MaxMinutes}.");
        }

        await using var batch = store.DataSource.CreateBatch();
        batch.Add("select 1 from node where node_id = $1", id);
        // The last sample of each of at most a thousand equal spans.
        batch.Add(
            """
            select distinct on (span) received_at, usage,
              floor(extract(epoch from received_at) / $3::double precision) as span
            from node_telemetry where node_id = $1 and received_at >= $2
            order by span, received_at desc
            """,
            id,
            clock.GetUtcNow() - TimeSpan.FromMinutes(minutes),
            minutes * 60d / (MaxSamples - 1)
        );
        await using var reader = await batch.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
        {
            return ProblemResults.NotFound("node", id);
        }

        await reader.NextResultAsync(ct);
        var samples = new List<TelemetrySample>();
        while (await reader.ReadAsync(ct))
        {
            samples.Add(ReadSample(reader));
        }

        return TypedResults.Ok(new NodeTelemetryResponse(id, samples));
    }

    private static TelemetrySample ReadSample(NpgsqlDataReader reader) =>
        new(
            reader.GetFieldValue<DateTimeOffset>(0),
            JsonSerializer.Deserialize(reader.GetString(1), NodesJson.Default.NodeUsage)!
        );
}
