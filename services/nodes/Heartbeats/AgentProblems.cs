using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Heartbeats;

/// <summary>Problems between agents.</summary>
internal static partial class AgentProblems
{
    public static ProblemHttpResult IdentityInUse() =>
        ProblemResults.Problem(
            StatusCodes.Status409Conflict,
            "node.identity-in-use",
            "Another agent uses this node's identity. If this state folder is a copy, delete its identity.json to join as a new node; after a restart or a move of the machine this clears within seconds."
        );

    public static ProblemHttpResult OtherNode() =>
        ProblemResults.Problem(
            StatusCodes.Status403Forbidden,
            "token.other-node",
            "This token does not speak for this node."
        );

    /// <summary>The reason names the broker's management, so it is for the log.</summary>
    public static ProblemHttpResult NoBrokerUser(HttpContext http, Exception reason)
    {
        NoBrokerUser(
            http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(AgentProblems)),
            reason.Message
        );
        return ProblemResults.Problem(
            StatusCodes.Status503ServiceUnavailable,
            "node.broker-unavailable",
            "The broker could not be asked to let this node in. The agent tries again."
        );
    }

    [LoggerMessage(1, LogLevel.Warning, "A node gets no user at the broker: {Reason}")]
    private static partial void NoBrokerUser(ILogger log, string reason);
}
