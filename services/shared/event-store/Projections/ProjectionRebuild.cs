using Npgsql;

namespace Platform.EventStore;

/// <summary>
/// Replays the log into emptied tables, in one transaction: readers see the old rows until the new ones are complete.
/// </summary>
internal sealed class ProjectionRebuild(EventStore store)
{
    private const string PageSql = $"""
        select {EventRow.Columns} from mt_events where seq_id > $1 and seq_id <= $2 order by seq_id limit $3
        """;

    public async Task<long> RunAsync(string name, CancellationToken cancellationToken)
    {
        if (Find(store.Options.InlineProjections, name) is { } inline)
        {
            return await RebuildInlineAsync(inline, cancellationToken);
        }

        return Find(store.Options.AsyncProjections, name) is { } followed
            ? await RebuildFollowedAsync(followed, cancellationToken)
            : throw new ArgumentException(
                $"Schema '{store.Options.Schema}' has no projection '{name}'. It has: {string.Join(", ", Names())}.",
                nameof(name)
            );
    }

    private async Task<long> RebuildInlineAsync(SqlProjection projection, CancellationToken cancellationToken)
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Waits for appends that are under way and holds back new ones before their first lock, so every number is decided.
        await ExecuteAsync(connection, "lock table mt_streams in exclusive mode", cancellationToken);
        var replayed = await ReplayAsync(connection, projection, long.MaxValue, isInline: true, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return replayed;
    }

    private async Task<long> RebuildFollowedAsync(SqlProjection projection, CancellationToken cancellationToken)
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);

        // The gap rule cannot be applied inside the transaction, whose own xid is older than any fence drawn in it.
        var start = await Progress.ReadOrStartAsync(connection, projection.Name, cancellationToken);
        var decided = await FindDecidedAsync(connection, start, cancellationToken);

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // The follower waits here with its next page, and then finds its progress moved and starts over.
        var ceiling = Math.Max(decided, await LockProgressAsync(connection, projection.Name, cancellationToken));
        var replayed = await ReplayAsync(connection, projection, ceiling, isInline: false, cancellationToken);
        await using (var batch = new NpgsqlBatch(connection))
        {
            batch.Add(
                "update mt_event_progression set last_seq_id = $2, last_updated = now() where name = $1",
                projection.Name,
                ceiling
            );
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return replayed;
    }

    private async Task<long> FindDecidedAsync(
        NpgsqlConnection connection,
        long from,
        CancellationToken cancellationToken
    )
    {
        var reader = store.ReadLogFrom(from);
        var pause = TimeSpan.FromMilliseconds(1);
        while (
            (await reader.ReadAsync(connection, store.Options.PageSize, cancellationToken)).Count > 0
            || reader.HeldFor is not null
        )
        {
            if (reader.HeldFor is not null)
            {
                await Task.Delay(pause, cancellationToken);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, store.Options.PollInterval.Ticks));
            }
        }

        return reader.Mark;
    }

    private async Task<long> ReplayAsync(
        NpgsqlConnection connection,
        SqlProjection projection,
        long ceiling,
        bool isInline,
        CancellationToken cancellationToken
    )
    {
        foreach (var table in projection.Tables.Reverse())
        {
            await ExecuteAsync(connection, $"delete from {StoreSchema.Quote(table)}", cancellationToken);
        }

        var replayed = 0L;
        var mark = 0L;
        while (await ReadPageAsync(connection, mark, ceiling, cancellationToken) is { Count: > 0 } page)
        {
            await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
            var commands = new ProjectionBatch(projection, store.Options.Schema, batch, isInline);
            foreach (var stored in page)
            {
                commands.Add(stored);
            }

            await commands.ExecuteAsync(cancellationToken);

            mark = page[^1].Sequence;
            replayed += page.Count;
        }

        return replayed;
    }

    private async Task<List<StoredEvent>> ReadPageAsync(
        NpgsqlConnection connection,
        long mark,
        long ceiling,
        CancellationToken cancellationToken
    )
    {
        var page = new List<StoredEvent>();
        await using var command = new NpgsqlCommand(PageSql, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = mark });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = ceiling });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = store.Options.PageSize });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = EventRow.Read(reader);
            try
            {
                page.Add(row.ToStored(store.Options));
            }
            catch (Exception e)
            {
                throw row.Failed($"Reading the log of schema '{store.Options.Schema}'", e);
            }
        }

        return page;
    }

    private static async Task<long> LockProgressAsync(
        NpgsqlConnection connection,
        string name,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            "select last_seq_id from mt_event_progression where name = $1 for update",
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static SqlProjection? Find(IEnumerable<SqlProjection> projections, string name) =>
        projections.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.Ordinal));

    private IEnumerable<string> Names() =>
        store.Options.InlineProjections.Concat(store.Options.AsyncProjections).Select(p => p.Name);
}
