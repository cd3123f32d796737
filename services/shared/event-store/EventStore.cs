using Npgsql;

namespace Platform.EventStore;

/// <summary>
/// The event store of one service: streams, the global order and the read models beside them, in one schema with Marten's
/// tables. Each service derives its own (<c>JobsStore</c>), so that several can live in one container.
/// </summary>
public abstract class EventStore(EventStoreOptions options, NpgsqlDataSource dataSource)
{
    /// <summary>What this store holds.</summary>
    public EventStoreOptions Options { get; } = options;

    /// <summary>Connections whose search path is the service's schema: for read models and side tables.</summary>
    public NpgsqlDataSource DataSource { get; } = dataSource;

    /// <summary>Appends events to one stream.</summary>
    /// <returns>The stream's version afterwards.</returns>
    /// <exception cref="StreamVersionConflictException">The stream is at another version.</exception>
    public Task<long> AppendAsync(
        string streamId,
        string streamType,
        ExpectedVersion expected,
        IReadOnlyList<object> events,
        EventMetadata? metadata = null,
        SideEffects? sideEffects = null,
        CancellationToken cancellationToken = default
    ) => throw new NotImplementedException();

    /// <summary>Reads one stream in order.</summary>
    /// <param name="fromVersion">The first version wanted.</param>
    public Task<IReadOnlyList<StoredEvent>> ReadStreamAsync(
        string streamId,
        long fromVersion = 1,
        CancellationToken cancellationToken = default
    ) => throw new NotImplementedException();

    /// <summary>Folds one stream to its present state.</summary>
    /// <returns>The state and the version; the initial state and 0 when there is no such stream.</returns>
    public Task<(TState State, long Version)> LoadAsync<TState, TEvent>(
        Decider<TState, TEvent> decider,
        string streamId,
        CancellationToken cancellationToken = default
    )
        where TState : notnull
        where TEvent : notnull => throw new NotImplementedException();

    /// <summary>
    /// Loads the state, decides, appends with the version that was read, and starts over when another writer was quicker
    /// (at most 10 times with a growing, jittered pause; then <see cref="StreamVersionConflictException"/>).
    /// </summary>
    /// <param name="decide">Pure; may be called several times.</param>
    /// <param name="ifVersion">When set, the version the caller saw (<c>If-Match</c>): another version is a conflict and is not retried.</param>
    /// <param name="sideEffects">Runs in the append's transaction, only when events are appended.</param>
    public Task<Outcome<TState, TEvent>> HandleAsync<TState, TEvent>(
        Decider<TState, TEvent> decider,
        string streamId,
        Func<TState, Decision<TEvent>> decide,
        EventMetadata? metadata = null,
        long? ifVersion = null,
        SideEffects? sideEffects = null,
        CancellationToken cancellationToken = default
    )
        where TState : notnull
        where TEvent : notnull => throw new NotImplementedException();

    /// <summary>Reads the log in global order, only as far as no earlier event can still appear (the gap rule).</summary>
    /// <param name="after">The last sequence already seen; 0 for the beginning.</param>
    /// <param name="limit">At most this many events.</param>
    public Task<IReadOnlyList<StoredEvent>> ReadAllAsync(
        long after,
        int limit,
        CancellationToken cancellationToken = default
    ) => throw new NotImplementedException();

    /// <summary>Creates or updates the schema, its tables and functions, under an advisory lock; safe from several processes at once.</summary>
    public Task MigrateAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Empties a projection's tables and replays the whole log into it. Appends wait where the projection is inline. Nothing is published.</summary>
    /// <returns>How many events were replayed.</returns>
    public Task<long> RebuildAsync(string projectionName, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Waits until a projection or subscription has handled every event stored before the call.</summary>
    /// <exception cref="TimeoutException">It did not get there in time; the message says how far it is.</exception>
    public Task WaitUntilCaughtUpAsync(string name, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();
}
