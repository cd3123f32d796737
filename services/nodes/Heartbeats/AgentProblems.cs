using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Heartbeats;

/// <summary>Problems between agents.</summary>
internal static partial class AgentProblems
{
    public static ProblemHttpResult IdentityInUse() =>
        ProblemResults.Problem(StatusCodes.Status409Conflict, NodeSentences.IdentityInUse);

    public static ProblemHttpResult OtherNode() =>
        ProblemResults.Problem(StatusCodes.Status403Forbidden, NodeSentences.OtherNode);

    /// <summary>The reason names the broker's management, so it is for the log.</summary>
    public static ProblemHttpResult NoBrokerUser(HttpContext http, Exception reason)
    {
        NoBrokerUser(
            http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(AgentProblems)),
            reason.Message
        );
        return ProblemResults.Problem(StatusCodes.Status503ServiceUnavailable, NodeSentences.BrokerUnavailable);
    }

    [LoggerMessage(1, LogLevel.Warning, "A node gets no user at the broker: {Reason}")]
    private static partial void NoBrokerUser(ILogger log, string reason);
}
