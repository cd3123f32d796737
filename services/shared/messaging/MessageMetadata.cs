using System.Diagnostics;
using MassTransit;
using Platform.EventStore;

namespace Platform.Messaging;

/// <summary>What an event remembers of the message that caused it.</summary>
public static class MessageMetadata
{
    /// <summary>Metadata for events appended by a consumer.</summary>
    /// <param name="actor">Who sent the message: <c>service:jobs</c>, or <c>node:…</c> for an agent's report.</param>
    /// <param name="correlationId">The business operation; the message's own correlation id when left out.</param>
    public static EventMetadata EventMetadata(this ConsumeContext context, string actor, string? correlationId = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { [StoredEvent.ActorHeader] = actor };
        if (Activity.Current?.Id is { } traceparent)
        {
            headers[StoredEvent.TraceParentHeader] = traceparent;
        }

        if (RequestId.Current is { } request)
        {
            headers[RequestId.EventHeader] = request;
        }

        return new EventMetadata(
            correlationId ?? context.CorrelationId?.ToString(),
            context.MessageId?.ToString(),
            headers
        );
    }
}
