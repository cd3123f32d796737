using MassTransit;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Heartbeats;

/// <summary>Accepts heartbeats over HTTP, for agents without a broker.</summary>
internal static class HeartbeatEndpoint
{
    public static void MapHeartbeat(this IEndpointRouteBuilder app) =>
        app.MapPost("/heartbeat", HandleAsync)
            .RequireAuthorization(Policies.Report)
            .WithName("SendHeartbeat")
            .WithSummary("Record a node's heartbeat (404 when the node must join first)");

    internal static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        NodeHeartbeat heartbeat,
        HeartbeatStore heartbeats,
        IBus bus,
        HttpContext http,
        CancellationToken ct
    )
    {
        if (http.Caller() is { Kind: CallerKind.Node } caller && caller.Id != heartbeat.NodeId)
        {
            return AgentProblems.OtherNode();
        }

        if (HeartbeatRules.Check(heartbeat) is { } wrong)
        {
            return ProblemResults.Invalid(wrong.Field, wrong.Error);
        }

        return await heartbeats.RecordAsync(heartbeat, bus, http.EventMetadata(heartbeat.NodeId.ToString()), ct) switch
        {
            HeartbeatResult.Recorded => TypedResults.NoContent(),
            HeartbeatResult.OtherAgent => AgentProblems.IdentityInUse(),
            _ => ProblemResults.NotFound(NodeSentences.NotFound.With(heartbeat.NodeId)),
        };
    }
}
