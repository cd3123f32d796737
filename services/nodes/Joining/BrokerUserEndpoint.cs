using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Nodes;
using Platform.Nodes.Heartbeats;
using Platform.Nodes.Membership;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Joining;

/// <summary>
/// Gives a node's agent its broker user again: one that joined before there were such users, and one that the broker does not let
/// in, perhaps since it lost its disk.
/// </summary>
internal static class BrokerUserEndpoint
{
    public static void MapBrokerUser(this IEndpointRouteBuilder app) =>
        app.MapPost("/{id:guid}/broker-user", HandleAsync)
            .RequireAuthorization(Policies.Work)
            .WithName("RenewBrokerUser")
            .WithSummary("For agents: a new password at the broker for this node's own user");

    internal static async Task<Results<Ok<BrokerAccess>, ProblemHttpResult>> HandleAsync(
        Guid id,
        NodeTables nodes,
        BrokerUsers users,
        HttpContext http,
        CancellationToken ct
    )
    {
        if (http.Caller().Id != id)
        {
            return AgentProblems.OtherNode();
        }

        if (await nodes.FindAsync(id, ct) is null)
        {
            return ProblemResults.NotFound(NodeSentences.NotFound.With(id));
        }

        try
        {
            return TypedResults.Ok(new BrokerAccess(await users.GrantAsync(id, ct)));
        }
        catch (BrokerManagementException exception)
        {
            return AgentProblems.NoBrokerUser(http, exception);
        }
    }
}
