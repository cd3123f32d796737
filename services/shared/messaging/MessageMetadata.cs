using System.Diagnostics;
using MassTransit;
using Platform.EventStore;

namespace Platform.Messaging;

/// <summary>What an event remembers of the message that caused it.</summary>
public static class MessageMetadata
{
    /// <summary>Metadata for events appended by a consumer.</summary>
    /// <param name="correlationId">The business operation; the message's own correlation id when left out.</param>
    public static EventMetadata EventMetadata(this ConsumeContext context, string? correlationId = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Activity.Current?.Id is { } traceparent)
        {
            headers[EventPublisher.TraceParent] = traceparent;
        }

        return new EventMetadata(
            correlationId ?? context.CorrelationId?.ToString(),
            context.MessageId?.ToString(),
            headers
        );
    }
}
