using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Heartbeats;

/// <summary>What agents are told that are in each other's way.</summary>
internal static class AgentProblems
{
    public static ProblemHttpResult IdentityInUse() =>
        ProblemResults.Problem(
            StatusCodes.Status409Conflict,
            "node.identity-in-use",
            "Another agent heartbeats as this node. If this state folder is a copy, delete its identity.json to join as a node of its own; if the machine was restarted or moved, this ends by itself within seconds."
        );
}
