using System.Diagnostics;
using Npgsql;

namespace Platform.EventStore;

/// <summary>
/// Stores events, inline projections and side effects in one transaction: one round trip, because the database function
/// raises on a conflict and so fails the batch as a whole. Appends that wait at the same time share it (<see cref="GroupCommit"/>).
/// </summary>
internal sealed class EventAppender(EventStoreOptions options, NpgsqlDataSource dataSource, LogSignal signal)
{
    private static readonly ActivitySource _source = new("Platform");

    private readonly GroupCommit _commits = new(dataSource);

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
        using var activity = _source.StartActivity("append");
        activity?.SetTag("stream", streamId);
        var pending = new PendingAppend(streamId, streamType, expected, events, metadata, options);
        try
        {
            var version =
                expected == ExpectedVersion.Any
                    ? await AppendToAnyVersionAsync(pending, sideEffects, cancellationToken)
                    : await AppendToKnownVersionAsync(pending, sideEffects, cancellationToken);
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

    private async Task<long> AppendToKnownVersionAsync(
        PendingAppend pending,
        SideEffects? sideEffects,
        CancellationToken cancellationToken
    )
    {
        await _commits.CommitAsync(
            pending,
            batch =>
            {
                Project(pending, pending.Expected.Value, batch);
                sideEffects?.Invoke(batch);
            },
            cancellationToken
        );
        return pending.Expected.Value + pending.Ids.Length;
    }

    /// <summary>In two round trips: only the database knows the version, and projections need it.</summary>
    private async Task<long> AppendToAnyVersionAsync(
        PendingAppend pending,
        SideEffects? sideEffects,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        await using var append = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands = { AppendCommand.For([pending]) },
        };
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
}
