using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Heartbeats;

/// <summary>Problems between agents.</summary>
internal static class AgentProblems
{
    public static ProblemHttpResult IdentityInUse() =>
        ProblemResults.Problem(
            StatusCodes.Status409Conflict,
            "node.identity-in-use",
            "Another agent uses this node's identity. If this state folder is a copy, delete its identity.json to join as a new node; after a restart or a move of the machine this clears within seconds."
        );
}
