using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Platform.EventStore;

/// <summary>Reads single streams and folds them to their state, from a snapshot where the decider keeps them.</summary>
internal sealed class StreamLoader(EventStoreOptions options, NpgsqlDataSource dataSource)
{
    private const string EventsSql =
        $"select {EventRow.Columns} from mt_events where stream_id = $1 and version >= $2 order by version";

    private const string SnapshotSql = "select version, data from snapshot where stream_id = $1 and schema = $2";

    private const string EventsAfterSnapshotSql = $"""
        select {EventRow.Columns} from mt_events
         where stream_id = $1
           and version > coalesce((select s.version from snapshot s where s.stream_id = $1 and s.schema = $2), 0)
         order by version
        """;

    private const string SaveSnapshotSql = """
        insert into snapshot as s (stream_id, schema, version, data) values ($1, $2, $3, $4)
        on conflict (stream_id, schema) do update set version = excluded.version, data = excluded.data
         where s.version < excluded.version
        """;

    public async Task<IReadOnlyList<StoredEvent>> ReadAsync(
        string streamId,
        long fromVersion,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(EventsSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = streamId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = fromVersion });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadRowsAsync(reader, cancellationToken);
    }

    public async Task<(TState State, long Version)> LoadAsync<TState, TEvent>(
        Decider<TState, TEvent> decider,
        string streamId,
        CancellationToken cancellationToken
    )
        where TState : notnull
        where TEvent : notnull
    {
        if (decider.Snapshots is not { } policy)
        {
            return Fold(decider, decider.Initial, 0, await ReadAsync(streamId, 1, cancellationToken));
        }

        // One transaction with one snapshot: otherwise a snapshot saved between the two reads would hide events.
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(
            System.Data.IsolationLevel.RepeatableRead,
            cancellationToken
        );
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(SnapshotSql, streamId, policy.Schema);
        batch.Add(EventsAfterSnapshotSql, streamId, policy.Schema);
        var (state, version) = (decider.Initial, 0L);
        IReadOnlyList<StoredEvent> events;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (await reader.ReadAsync(cancellationToken))
            {
                version = reader.GetInt64(0);
                state = JsonSerializer.Deserialize(
                    await reader.GetFieldValueAsync<byte[]>(1, cancellationToken),
                    policy.Json
                )!;
            }

            await reader.NextResultAsync(cancellationToken);
            events = await ReadRowsAsync(reader, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return Fold(decider, state, version, events);
    }

    /// <summary>Adds the command that keeps a snapshot, when the append passes a multiple of the policy's distance.</summary>
    public static void AddSnapshot<TState>(
        SnapshotPolicy<TState> policy,
        string streamId,
        TState state,
        long versionBefore,
        long versionAfter,
        NpgsqlBatch batch
    )
        where TState : notnull
    {
        if (versionAfter / policy.EveryEvents > versionBefore / policy.EveryEvents)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(state, policy.Json);
            var data = new NpgsqlParameter { Value = body, NpgsqlDbType = NpgsqlDbType.Jsonb };
            batch.Add(SaveSnapshotSql, streamId, policy.Schema, versionAfter, data);
        }
    }

    private static (TState State, long Version) Fold<TState, TEvent>(
        Decider<TState, TEvent> decider,
        TState state,
        long version,
        IReadOnlyList<StoredEvent> events
    )
        where TState : notnull
        where TEvent : notnull
    {
        foreach (var stored in events)
        {
            if (stored.Data is not TEvent @event)
            {
                throw new InvalidOperationException(
                    $"Stream '{stored.StreamId}' holds '{stored.Type}' at version {stored.Version}, which is no {typeof(TEvent).Name}."
                );
            }

            state = decider.Evolve(state, @event);
            version = stored.Version;
        }

        return (state, version);
    }

    private async Task<IReadOnlyList<StoredEvent>> ReadRowsAsync(
        NpgsqlDataReader reader,
        CancellationToken cancellationToken
    )
    {
        var events = new List<StoredEvent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(EventRow.Read(reader).ToStored(options));
        }

        return events;
    }
}
