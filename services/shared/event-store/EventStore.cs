using Marten;
using Npgsql;

namespace Platform.EventStore;

/// <summary>
/// The event store of one service: streams in Marten's tables, their global order and the read models beside them, in one
/// schema. Each service derives its own (<c>JobsStore</c>), so that several can live in one container.
/// </summary>
public abstract class EventStore : IAsyncDisposable
{
    private const int MaxAttempts = 10;

    private readonly EventAppender _appender;
    private readonly StreamLoader _loader;
    private readonly HighWater _highWater = new();
    private readonly DocumentStore _marten;

    /// <summary>Creates the store; nothing is opened yet.</summary>
    /// <param name="options">What the service stores.</param>
    /// <param name="dataSource">Its connections (<see cref="EventStoreDataSource.Create"/>).</param>
    protected EventStore(EventStoreOptions options, NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(dataSource);
        Options = options;
        DataSource = dataSource;
        _marten = MartenStore.Create(options, dataSource);
        _appender = new EventAppender(options, dataSource, _marten, Signal);
        _loader = new StreamLoader(options, dataSource, _marten);
    }

    /// <summary>What this store holds.</summary>
    public EventStoreOptions Options { get; }

    /// <summary>Connections whose search path is the service's schema: for read models and side tables.</summary>
    public NpgsqlDataSource DataSource { get; }

    internal LogSignal Signal { get; } = new();

    /// <summary>What follows the log in this process; empty until its host has started.</summary>
    internal IReadOnlyList<Follower> Followers { get; set; } = [];

    /// <summary>Appends events to one stream.</summary>
    /// <returns>The stream's version afterwards.</returns>
    /// <exception cref="StreamVersionConflictException">The stream is at another version.</exception>
    /// <exception cref="StreamArchivedException">The stream takes no more events.</exception>
    public Task<long> AppendAsync(
        string streamId,
        string streamType,
        ExpectedVersion expected,
        IReadOnlyList<object> events,
        EventMetadata? metadata = null,
        SideEffects? sideEffects = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(streamId);
        ArgumentNullException.ThrowIfNull(events);
        if (events.Count == 0)
        {
            throw new ArgumentException("An append needs at least one event.", nameof(events));
        }

        return _appender.AppendAsync(
            streamId,
            streamType,
            expected,
            events,
            metadata ?? EventMetadata.None,
            sideEffects,
            cancellationToken
        );
    }

    /// <summary>Reads one stream in order.</summary>
    /// <param name="fromVersion">The first version wanted.</param>
    public Task<IReadOnlyList<StoredEvent>> ReadStreamAsync(
        string streamId,
        long fromVersion = 1,
        CancellationToken cancellationToken = default
    ) => _loader.ReadAsync(streamId, fromVersion, cancellationToken);

    /// <summary>Folds one stream to its present state.</summary>
    /// <returns>The state and the version; the initial state and 0 when there is no such stream.</returns>
    public Task<(TState State, long Version)> LoadAsync<TState, TEvent>(
        Decider<TState, TEvent> decider,
        string streamId,
        CancellationToken cancellationToken = default
    )
        where TState : notnull
        where TEvent : notnull
    {
        ArgumentNullException.ThrowIfNull(decider);
        return _loader.LoadAsync(decider, streamId, cancellationToken);
    }

    /// <summary>
    /// Loads the state, decides, appends with the version that was read, and starts over when another writer was quicker
    /// (at most 10 times with a growing, jittered pause; then <see cref="StreamVersionConflictException"/>).
    /// </summary>
    /// <param name="decide">Pure; may be called several times.</param>
    /// <param name="ifVersion">When set, the version the caller saw (<c>If-Match</c>): another version is a conflict and is not retried.</param>
    /// <param name="sideEffects">Runs in the append's transaction, only when events are appended.</param>
    /// <param name="likelyNew">
    /// Set where there is hardly ever such a stream yet: what is decided for none is then appended without looking, and
    /// nothing is lost but time when there is one.
    /// </param>
    public async Task<Outcome<TState, TEvent>> HandleAsync<TState, TEvent>(
        Decider<TState, TEvent> decider,
        string streamId,
        Func<TState, Decision<TEvent>> decide,
        EventMetadata? metadata = null,
        long? ifVersion = null,
        SideEffects? sideEffects = null,
        bool likelyNew = false,
        CancellationToken cancellationToken = default
    )
        where TState : notnull
        where TEvent : notnull
    {
        ArgumentNullException.ThrowIfNull(decider);
        ArgumentNullException.ThrowIfNull(decide);
        for (var attempt = 1; ; attempt++)
        {
            var unseen = likelyNew && attempt == 1;
            var (state, version) = unseen
                ? (decider.Initial, 0)
                : await LoadAsync(decider, streamId, cancellationToken);
            if (ifVersion is { } seen && seen != version)
            {
                throw new StreamVersionConflictException(streamId, seen, version);
            }

            var decision = decide(state);
            if (decision is not Decision<TEvent>.Accepted { Events: { Count: > 0 } events })
            {
                if (unseen)
                {
                    continue;
                }

                return new Outcome<TState, TEvent>(state, version, [], (decision as Decision<TEvent>.Refused)?.Refusal);
            }

            try
            {
                return await AppendDecidedAsync(
                    decider,
                    streamId,
                    state,
                    version,
                    events,
                    metadata,
                    sideEffects,
                    cancellationToken
                );
            }
            catch (Exception e) when (ifVersion is null && attempt < MaxAttempts && IsLostRace(e))
            {
                await Task.Delay(unseen ? TimeSpan.Zero : RetryPause(attempt), cancellationToken);
            }
        }
    }

    /// <summary>Reads the log in global order, only as far as no earlier event can still appear (the gap rule).</summary>
    /// <param name="after">The last sequence already seen; 0 for the beginning.</param>
    /// <param name="limit">At most this many events.</param>
    public async Task<IReadOnlyList<StoredEvent>> ReadAllAsync(
        long after,
        int limit,
        CancellationToken cancellationToken = default
    )
    {
        await using var connection = await DataSource.OpenConnectionAsync(cancellationToken);
        var reader = ReadLogFrom(after);
        var page = await reader.ReadAsync(connection, limit, cancellationToken);
        // A gap that no transaction can fill any more is passed by the second reading.
        return page.Count == 0 && reader.HeldFor is not null
            ? await reader.ReadAsync(connection, limit, cancellationToken)
            : page;
    }

    /// <summary>Creates or updates the schema, its tables and functions, under an advisory lock; safe from several processes at once.</summary>
    public Task MigrateAsync(CancellationToken cancellationToken = default) =>
        new SchemaMigrator(Options, DataSource, _marten).MigrateAsync(cancellationToken);

    /// <summary>Closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _marten.DisposeAsync();
        await DataSource.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Throws when the database cannot be reached.</summary>
    public async Task PingAsync(CancellationToken cancellationToken = default)
    {
        await using var command = DataSource.CreateCommand("select 1");
        await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Empties a projection's tables and replays the whole log into it. Appends wait where the projection is inline. Nothing is published.</summary>
    /// <returns>How many events were replayed.</returns>
    public Task<long> RebuildAsync(string projectionName, CancellationToken cancellationToken = default) =>
        new ProjectionRebuild(this).RunAsync(projectionName, cancellationToken);

    /// <summary>Waits until a projection or subscription has handled every event stored before the call.</summary>
    /// <exception cref="TimeoutException">It did not get there in time; the message says how far it is.</exception>
    public Task WaitUntilCaughtUpAsync(string name, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        new Progress(this).WaitAsync(name, timeout, cancellationToken);

    internal LogReader ReadLogFrom(long mark) => new(Options, _highWater, mark);

    private async Task<Outcome<TState, TEvent>> AppendDecidedAsync<TState, TEvent>(
        Decider<TState, TEvent> decider,
        string streamId,
        TState before,
        long version,
        IReadOnlyList<TEvent> events,
        EventMetadata? metadata,
        SideEffects? sideEffects,
        CancellationToken cancellationToken
    )
        where TState : notnull
        where TEvent : notnull
    {
        var after = events.Aggregate(before, decider.Evolve);
        var versionAfter = version + events.Count;
        await AppendAsync(
            streamId,
            decider.StreamType,
            ExpectedVersion.Exactly(version),
            [.. events.Cast<object>()],
            metadata,
            sideEffects,
            cancellationToken
        );
        return new Outcome<TState, TEvent>(after, versionAfter, events, null);
    }

    private static bool IsLostRace(Exception exception) =>
        exception
            is StreamVersionConflictException
                or PostgresException
                {
                    SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
                };

    private static TimeSpan RetryPause(int attempt) =>
        TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * Math.Min(5 * (1 << attempt), 250));
}
