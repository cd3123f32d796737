using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Platform.Gateway.Proxy;

/// <summary>
/// Chooses a replica for each request, and another one when that fails and nothing can happen twice: when the request has not arrived,
/// or when it reads and its answer had not begun.
/// </summary>
internal sealed partial class RepeatAtOthers(RequestDelegate next, Replicas replicas, ILogger<RepeatAtOthers> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var proxy = context.GetReverseProxyFeature();
        if (proxy.AllDestinations.Count == 1)
        {
            await next(context);
            return;
        }

        var service = ProxyRoutes.ServiceOf(proxy.Cluster.Config.ClusterId);
        var untried = proxy.AllDestinations.ToDictionary(
            destination => destination,
            destination => replicas[service, destination.DestinationId]
        );
        var reads = Reads(context);
        var aborted = context.RequestAborted;
        for (var first = true; Choose(untried) is { } destination; first = false)
        {
            if (!first)
            {
                context.Features.Set<IForwarderErrorFeature>(null);
                context.Response.StatusCode = StatusCodes.Status200OK;
            }

            untried.Remove(destination, out var replica);
            proxy.AvailableDestinations = destination;
            await ForwardAsync(context, reads ? replica!.Waiting : CancellationToken.None);
            if (context.GetForwarderErrorFeature() is not { } failure || aborted.IsCancellationRequested)
            {
                return;
            }

            replicas.CountFailure(replica!);
            var hasArrived = HasArrived(failure.Exception);
            if (!hasArrived)
            {
                replicas.Record(replica!, ReplicaState.Away);
            }

            if (context.Response.HasStarted || !(reads ? MayRead(failure) : !hasArrived))
            {
                return;
            }

            LogRepeated(service, replica!.Address, failure.Error, failure.Exception?.GetBaseException().Message);
        }
    }

    /// <summary>
    /// Whether a service may have got a request that failed. It has not where no connection to it was made; its body is read only after that.
    /// </summary>
    internal static bool HasArrived(Exception? failure) =>
        failure
            is not (
                HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ConnectionError
                        or HttpRequestError.NameResolutionError
                        or HttpRequestError.SecureConnectionError,
                }
                // What SocketsHttpHandler says when ConnectTimeout is over.
                or OperationCanceledException { InnerException: TimeoutException }
            );

    /// <summary>The one with the best state and the fewest requests; null when none is left.</summary>
    private static DestinationState? Choose(Dictionary<DestinationState, Replica> untried) =>
        untried
            .OrderBy(candidate => candidate.Value.State)
            .ThenBy(candidate => candidate.Key.ConcurrentRequestCount)
            .ThenBy(_ => Random.Shared.Next())
            .Select(candidate => candidate.Key)
            .FirstOrDefault();

    private static bool Reads(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true };

    /// <summary>Whether what failed is worth another read: not what took too long, which would take as long again.</summary>
    private static bool MayRead(IForwarderErrorFeature failure) =>
        failure.Error is not ForwarderError.RequestTimedOut || !HasArrived(failure.Exception);

    private async Task ForwardAsync(HttpContext context, CancellationToken waiting)
    {
        if (!waiting.CanBeCanceled)
        {
            await next(context);
            return;
        }

        var aborted = context.RequestAborted;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, waiting);
        context.RequestAborted = ended.Token;
        try
        {
            await next(context);
        }
        finally
        {
            context.RequestAborted = aborted;
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Information,
        "A request was not answered by the replica of {Service} at {Replica} and is sent to another: {Error}, {Reason}"
    )]
    private partial void LogRepeated(string service, Uri replica, ForwarderError error, string? reason);
}
