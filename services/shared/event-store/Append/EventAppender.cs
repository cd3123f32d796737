using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Platform.EventStore;

/// <summary>
/// Stores events, inline projections and side effects in one transaction: one round trip, because the database function
/// raises on a conflict and so fails the batch as a whole.
/// </summary>
internal sealed class EventAppender(EventStoreOptions options, NpgsqlDataSource dataSource, LogSignal signal)
{
    private const string AppendSql = "select append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

    public async Task<long> AppendAsync(
        string streamId,
        string streamType,
        ExpectedVersion expected,
        IReadOnlyList<object> events,
        EventMetadata metadata,
        SideEffects? sideEffects,
        CancellationToken cancellationToken
    )
    {
        var pending = new PendingAppend(streamId, streamType, expected, events, metadata, options);
        try
        {
            // Only the database knows the version that "any" leads to, and projections need it.
            var version =
                expected == ExpectedVersion.Any && options.InlineProjections.Count > 0
                    ? await AppendThenProjectAsync(pending, sideEffects, cancellationToken)
                    : await AppendAtOnceAsync(pending, sideEffects, cancellationToken);
            signal.RaiseAppend();
            return version;
        }
        catch (PostgresException e)
            when (string.Equals(e.SqlState, StoreSchema.VersionConflict, StringComparison.Ordinal))
        {
            throw new StreamVersionConflictException(streamId, expected.Value, long.Parse(e.Hint ?? "0"));
        }
        catch (PostgresException e) when (string.Equals(e.SqlState, StoreSchema.Archived, StringComparison.Ordinal))
        {
            throw new StreamArchivedException(streamId);
        }
    }

    private async Task<long> AppendAtOnceAsync(
        PendingAppend pending,
        SideEffects? sideEffects,
        CancellationToken cancellationToken
    )
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(Command(pending));
        Project(pending, pending.Expected.Value, batch);
        sideEffects?.Invoke(batch);

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var version = reader.GetInt64(0);
        // The implicit transaction is only known to be committed once every result has been read.
        while (await reader.NextResultAsync(cancellationToken)) { }

        return version;
    }

    private async Task<long> AppendThenProjectAsync(
        PendingAppend pending,
        SideEffects? sideEffects,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        await using var append = new NpgsqlBatch(connection, transaction) { BatchCommands = { Command(pending) } };
        var version = (long)(await append.ExecuteScalarAsync(cancellationToken))!;

        await using var rest = new NpgsqlBatch(connection, transaction);
        Project(pending, version - pending.Ids.Length, rest);
        sideEffects?.Invoke(rest);
        if (rest.BatchCommands.Count > 0)
        {
            await rest.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return version;
    }

    private void Project(PendingAppend pending, long versionBefore, NpgsqlBatch batch)
    {
        if (options.InlineProjections.Count == 0)
        {
            return;
        }

        var stored = pending.AsStored(versionBefore);
        foreach (var projection in options.InlineProjections)
        {
            foreach (var @event in stored)
            {
                projection.Project(@event, batch);
            }
        }
    }

    private static NpgsqlBatchCommand Command(PendingAppend pending)
    {
        var headers = pending.Metadata.Headers is { Count: > 0 } given
            ? JsonSerializer.Serialize(given, MetadataJson.Default.IReadOnlyDictionaryStringString)
            : null;
        return new NpgsqlBatchCommand(AppendSql)
        {
            Parameters =
            {
                Parameter(pending.StreamId, NpgsqlDbType.Varchar),
                Parameter(pending.StreamType, NpgsqlDbType.Varchar),
                Parameter(pending.Expected.Value, NpgsqlDbType.Bigint),
                Parameter(pending.Timestamp, NpgsqlDbType.TimestampTz),
                Parameter(pending.Ids, NpgsqlDbType.Array | NpgsqlDbType.Uuid),
                Parameter(pending.Types, NpgsqlDbType.Array | NpgsqlDbType.Varchar),
                Parameter(pending.DotnetTypes, NpgsqlDbType.Array | NpgsqlDbType.Varchar),
                Parameter(pending.Bodies, NpgsqlDbType.Array | NpgsqlDbType.Jsonb),
                Parameter(pending.Metadata.CorrelationId, NpgsqlDbType.Varchar),
                Parameter(pending.Metadata.CausationId, NpgsqlDbType.Varchar),
                Parameter(headers, NpgsqlDbType.Jsonb),
            },
        };
    }

    private static NpgsqlParameter Parameter(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
