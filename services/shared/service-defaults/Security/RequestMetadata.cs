using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>What an event remembers of the request that caused it.</summary>
public static class RequestMetadata
{
    /// <summary>Metadata for events appended by this request.</summary>
    /// <param name="correlationId">The business operation, normally the stream's id.</param>
    public static EventMetadata EventMetadata(this HttpContext context, string? correlationId = null)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [StoredEvent.ActorHeader] = context.Caller().Subject,
        };
        if (Activity.Current?.Id is { } traceparent)
        {
            headers[StoredEvent.TraceParentHeader] = traceparent;
        }

        if (RequestId.Current is { } request)
        {
            headers[RequestId.EventHeader] = request;
        }

        return new EventMetadata(correlationId, context.TraceIdentifier, headers);
    }
}
