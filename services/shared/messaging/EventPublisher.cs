using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using MassTransit;
using Platform.EventStore;
using Platform.Messaging.Broker;

namespace Platform.Messaging;

/// <summary>
/// Publishes what is in the log. Streams go side by side, the events of one stream one after another; the page is done when
/// the broker has confirmed all of it, so that a page that failed half-way comes again as a whole, with the same message ids.
/// </summary>
internal sealed class EventPublisher(string name, IEventMessages messages, IBus bus, BusReadiness readiness)
    : Subscription
{
    /// <summary>The header of an event, and of its message, that carries the W3C trace context.</summary>
    public const string TraceParent = StoredEvent.TraceParentHeader;

    private static readonly ActivitySource _source = new("Platform");

    public override string Name => name;

    public override async Task HandleAsync(IReadOnlyList<StoredEvent> page, CancellationToken cancellationToken)
    {
        await readiness.WaitAsync(cancellationToken);
        await Task.WhenAll(
            page.GroupBy(stored => stored.StreamId, StringComparer.Ordinal)
                .Select(stream => PublishInOrderAsync(stream, cancellationToken))
        );
    }

    private async Task PublishInOrderAsync(IEnumerable<StoredEvent> stream, CancellationToken cancellationToken)
    {
        foreach (var stored in stream)
        {
            // Commands first: somebody waits for what they do, and the message wakes many who have time.
            var commands = await messages.ToCommandsAsync(stored, cancellationToken);
            var sent = Task.WhenAll(
                commands.Select(
                    (command, index) => SendAsync(stored, command, CommandId(stored.Id, index), cancellationToken)
                )
            );
            await Task.WhenAll(sent, PublishMessageAsync(stored, cancellationToken));
        }
    }

    private async Task PublishMessageAsync(StoredEvent stored, CancellationToken cancellationToken)
    {
        if (await messages.ToMessageAsync(stored, cancellationToken) is { } message)
        {
            await SendAsync(stored, new(message), stored.Id, cancellationToken);
        }
    }

    /// <summary>The same for every publication of an event, so that a repeat can be recognised: a UUID of version 8.</summary>
    private static Guid CommandId(Guid eventId, int index)
    {
        Span<byte> source = stackalloc byte[20];
        eventId.TryWriteBytes(source);
        BinaryPrimitives.WriteInt32BigEndian(source[16..], index);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(source, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    private async Task SendAsync(
        StoredEvent stored,
        OutgoingCommand outgoing,
        Guid messageId,
        CancellationToken cancellationToken
    )
    {
        RequestId.Current = RequestId.Of(stored);
        var traceparent = stored.TraceParent();
        _ = ActivityContext.TryParse(traceparent, traceState: null, out var parent);
        using var activity = _source.StartActivity($"publish {stored.Type}", ActivityKind.Producer, parent);
        var type = outgoing.Message.GetType();
        if (outgoing.Destination is { } destination)
        {
            var endpoint = await bus.GetSendEndpoint(destination);
            await endpoint.Send(outgoing.Message, type, Pipe.Execute<SendContext>(Describe), cancellationToken);
        }
        else
        {
            await bus.Publish(outgoing.Message, type, Pipe.Execute<PublishContext>(Describe), cancellationToken);
        }

        void Describe(SendContext context)
        {
            context.MessageId = messageId;
            if (Guid.TryParse(stored.Metadata.CorrelationId, out var correlation))
            {
                context.CorrelationId = correlation;
                context.ConversationId = correlation;
            }

            if (Guid.TryParse(stored.Metadata.CausationId, out var cause))
            {
                context.InitiatorId = cause;
            }

            if (traceparent is not null)
            {
                context.Headers.Set(TraceParent, traceparent);
            }
        }
    }
}
