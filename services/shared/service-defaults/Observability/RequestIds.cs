using Microsoft.AspNetCore.Http;
using Platform.EventStore;
using Serilog.Core;
using Serilog.Events;

namespace Platform.ServiceDefaults;

/// <summary>Gives every request its id: the client's, where it names one that can be used, else that of its trace.</summary>
internal static class RequestIds
{
    /// <summary>What some clients and proxies call it.</summary>
    private const string OtherHeader = "X-Correlation-ID";

    public static async Task FollowAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Request.Headers;
        var id =
            new[] { headers[RequestId.Header].ToString(), headers[OtherHeader].ToString() }.FirstOrDefault(
                RequestId.IsValid
            )
            ?? StatusProblems.TraceOf(context);
        RequestId.Current = id;
        headers[RequestId.Header] = id; // the proxy passes it on
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[RequestId.Header] = id;
            return Task.CompletedTask;
        });
        await next(context);
    }
}

/// <summary>Adds the id of the request that a line of the log follows from.</summary>
internal sealed class RequestIdEnricher : ILogEventEnricher
{
    public const string Property = "RequestId";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (RequestId.Current is { } id)
        {
            // In place of the number that the server gives a request, which no other process knows.
            logEvent.AddOrUpdateProperty(new LogEventProperty(Property, new ScalarValue(id)));
        }
    }
}
