using Platform.EventStore;

namespace Platform.Messaging;

/// <summary>Stored event → published contract: the only place of a service that knows both.</summary>
public interface IEventMessages
{
    /// <summary>The message that tells other services of this event; null when it concerns nobody else.</summary>
    ValueTask<object?> ToMessageAsync(StoredEvent stored, CancellationToken cancellationToken);
}
