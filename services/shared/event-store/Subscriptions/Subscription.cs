namespace Platform.EventStore;

/// <summary>
/// Something that leaves the process for each stored event, in global order, at least once: the progress row moves after
/// <see cref="HandleAsync"/> returns. One process of all that run it is the leader. A rebuild never replays it.
/// </summary>
public abstract class Subscription
{
    /// <summary>The row key in <c>mt_event_progression</c>, such as <c>jobs-publisher</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Handles one page of events in order. An exception is logged and the page comes again after a pause that grows to 30 s.</summary>
    public abstract Task HandleAsync(IReadOnlyList<StoredEvent> page, CancellationToken cancellationToken);
}
