using Platform.EventStore;

namespace Platform.Messaging;

/// <summary>Stored event → published contract: the only place of a service that knows both.</summary>
public interface IEventMessages
{
    /// <summary>The message that tells other services of this event; null when it concerns nobody else.</summary>
    ValueTask<object?> ToMessageAsync(StoredEvent stored, CancellationToken cancellationToken);

    /// <summary>
    /// The commands that follow from this event alone. They leave with its message, so that nobody has to be told of the event
    /// first; whoever waits for their answers sends them again.
    /// </summary>
    ValueTask<IReadOnlyList<OutgoingCommand>> ToCommandsAsync(
        StoredEvent stored,
        CancellationToken cancellationToken
    ) => ValueTask.FromResult<IReadOnlyList<OutgoingCommand>>([]);
}

/// <param name="Destination">The queue it is sent to; null for a command that is published, since its one consumer is known by its type.</param>
public readonly record struct OutgoingCommand(object Message, Uri? Destination = null);
