using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Platform.Contracts.Nodes;
using Platform.Nodes.Heartbeats;
using Platform.Nodes.Membership;
using Platform.Nodes.Placements;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Joining;

/// <summary>Joins a machine as a node. A repeat with the same node id joins once and returns a new token.</summary>
internal static class JoinEndpoint
{
    private const int MaxToken = 1000;

    public static void MapJoin(this IEndpointRouteBuilder app) =>
        app.MapPost("/join", HandleAsync)
            .Public()
            .LimitTries()
            .WithName("JoinNode")
            .WithSummary("Join with a join token (idempotent on the node id)");

    internal static async Task<Results<Ok<JoinResponse>, ProblemHttpResult>> HandleAsync(
        JoinRequest request,
        NodesStore store,
        HeartbeatTables heartbeats,
        JoinTokens joinTokens,
        ScopedTokens scopedTokens,
        BrokerUsers brokerUsers,
        SchedulerSignal scheduler,
        IOptions<NodesOptions> options,
        TimeProvider clock,
        HttpContext http,
        CancellationToken ct
    )
    {
        if (Check(request) is { } wrong)
        {
            return ProblemResults.Invalid(wrong.Field, wrong.Error);
        }

        if (!await joinTokens.AcceptsAsync(request.Token, ct))
        {
            return ProblemResults.Problem(StatusCodes.Status401Unauthorized, NodeSentences.JoinToken);
        }

        // The agent chose this id, and ids name streams: it must not be the id of a job.
        if (
            await store.ReadStreamAsync(request.NodeId.ToString(), cancellationToken: ct)
            is [{ Data: not NodeEvent }, ..]
        )
        {
            return ProblemResults.Problem(StatusCodes.Status409Conflict, NodeSentences.IdTaken);
        }

        // Recorded before the node is online, so that it is never online without a heartbeat.
        var now = clock.GetUtcNow();
        var silentSince = now - options.Value.OfflineAfter;
        if (!await heartbeats.RecordFirstAsync(request.NodeId, request.Agent, now, silentSince, ct))
        {
            return AgentProblems.IdentityInUse();
        }

        string? broker;
        try
        {
            broker = await brokerUsers.GrantAsync(request.NodeId, ct);
        }
        catch (BrokerManagementException exception)
        {
            return AgentProblems.NoBrokerUser(http, exception);
        }

        var command = new JoinNode(request.NodeId, request.Name, request.Inventory.ToInventory());
        var outcome = await store.HandleAsync(
            Node.Decider,
            request.NodeId.ToString(),
            node => Node.Decide(node, command, clock.GetUtcNow()),
            http.EventMetadata(request.NodeId.ToString()),
            cancellationToken: ct
        );
        if (outcome.Refusal is { } refusal)
        {
            return ProblemResults.From(refusal);
        }

        scheduler.Raise();
        return TypedResults.Ok(
            new JoinResponse
            {
                NodeId = request.NodeId,
                NodeToken = scopedTokens.ForNode(request.NodeId, TimeSpan.FromDays(options.Value.NodeTokenDays)),
                Broker = broker,
                HeartbeatSeconds = options.Value.HeartbeatSeconds,
            }
        );
    }

    private static InvalidField? Check(JoinRequest request) =>
        request.NodeId == Guid.Empty ? new("nodeId", NodeSentences.Empty)
        : string.IsNullOrEmpty(request.Token) || request.Token.Length > MaxToken
            ? new("token", NodeSentences.Text.With(MaxToken))
        : InventoryRules.Text("name", request.Name, InventoryRules.MaxName)
            ?? HeartbeatRules.CheckAgent(request.Agent)
            ?? InventoryRules.Check(request.Inventory);
}
