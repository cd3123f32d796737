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
            .WithName("SendHeartbeat")
            .WithSummary("Record a node's heartbeat (404 when the node must join first)");

    internal static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        NodeHeartbeat heartbeat,
        HeartbeatStore heartbeats,
        ScopedTokens tokens,
        IBus bus,
        HttpContext http,
        CancellationToken ct
    )
    {
        if (CheckToken(http.Request, heartbeat.NodeId, tokens) is { } problem)
        {
            return problem;
        }

        if (HeartbeatRules.Check(heartbeat) is { } wrong)
        {
            return ProblemResults.Invalid(wrong.Field, wrong.Message);
        }

        return await heartbeats.RecordAsync(heartbeat, bus, http.EventMetadata(heartbeat.NodeId.ToString()), ct) switch
        {
            HeartbeatResult.Recorded => TypedResults.NoContent(),
            HeartbeatResult.OtherAgent => AgentProblems.IdentityInUse(),
            _ => ProblemResults.NotFound("node", heartbeat.NodeId),
        };
    }

    /// <summary>
    /// A node token must be this node's, and a job token is never accepted. A user's token was checked by the gateway,
    /// and requests over loopback need none.
    /// </summary>
    private static ProblemHttpResult? CheckToken(HttpRequest request, Guid nodeId, ScopedTokens tokens)
    {
        const string Bearer = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var token = header[Bearer.Length..].Trim();
        if (!token.StartsWith("pn_", StringComparison.Ordinal) && !token.StartsWith("pj_", StringComparison.Ordinal))
        {
            return null;
        }

        return tokens.Verify(token) switch
        {
            null => ProblemResults.Problem(401, "token.invalid", "This token is invalid or has expired. Join again."),
            { Kind: "node", Id: var id } when id == nodeId => null,
            _ => ProblemResults.Problem(403, "token.other-node", "This token belongs to another node or job."),
        };
    }
}
