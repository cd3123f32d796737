using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace Platform.Gateway.Proxy;

/// <summary>Says in a problem document that a service is away, instead of an empty 502, and in a line of the log why.</summary>
internal sealed partial class ForwarderProblems(RequestDelegate next, ILogger<ForwarderProblems> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        if (context.GetForwarderErrorFeature() is not { } failure)
        {
            return;
        }

        var proxy = context.GetReverseProxyFeature();
        var service = ProxyRoutes.ServiceOf(proxy.Cluster.Config.ClusterId);
        // Who left is no fault of a service, and many do.
        var level = context.RequestAborted.IsCancellationRequested ? LogLevel.Debug : LogLevel.Warning;
        LogFailure(
            level,
            service,
            proxy.ProxiedDestination?.DestinationId,
            failure.Error,
            failure.Exception?.GetBaseException().Message
        );
        if (!context.Response.HasStarted && ProblemOf(context.Response.StatusCode, service) is { } problem)
        {
            await problem.ExecuteAsync(context);
        }
    }

    private static ProblemHttpResult? ProblemOf(int status, string service) =>
        status switch
        {
            StatusCodes.Status503ServiceUnavailable or StatusCodes.Status502BadGateway => ProblemResults.Problem(
                status,
                GatewaySentences.ServiceUnavailable.With(service)
            ),
            StatusCodes.Status504GatewayTimeout => ProblemResults.Problem(
                status,
                GatewaySentences.ServiceSlow.With(service)
            ),
            _ => null,
        };

    [LoggerMessage(EventId = 1, Message = "A request was not forwarded to {Service} at {Replica}: {Error}, {Reason}")]
    private partial void LogFailure(
        LogLevel level,
        string service,
        string? replica,
        ForwarderError error,
        string? reason
    );
}
