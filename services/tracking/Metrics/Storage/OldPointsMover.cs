using Npgsql;
using Platform.EventStore;

namespace Platform.Tracking.Metrics.Storage;

/// <summary>
/// Moves points that were stored in a row each, before there were chunks, into chunks: a step is one transaction with the lock of their
/// run, so it can end at any moment. Until all are moved, readers and writers look at both.
/// </summary>
internal sealed class OldPointsMover(TrackingStore store)
{
    /// <summary>How many points a step moves.</summary>
    private const int StepPoints = 32_768;

    /// <summary>Finds series that have such points.</summary>
    public async Task<IReadOnlyList<long>> FindAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            with recursive series(id) as (
              (select series_id from metric_point order by series_id limit 1)
              union all
              select (select p.series_id from metric_point p where p.series_id > s.id order by p.series_id limit 1)
              from series s where s.id is not null)
            select id from series where id is not null limit $1
            """
        );
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadColumnAsync<long>(cancellationToken);
    }

    /// <summary>Moves all such points of a series.</summary>
    /// <returns>False when they stay, because the series is purged: its points are deleted.</returns>
    public async Task<bool> MoveAsync(long series, CancellationToken cancellationToken)
    {
        int? moved;
        do
        {
            moved = await StepAsync(series, cancellationToken);
        } while (moved > 0);

        return moved is not null;
    }

    private async Task<int?> StepAsync(long series, CancellationToken cancellationToken)
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await LockRunAsync(connection, series, cancellationToken))
        {
            return null;
        }

        var points = new PointBlock(0);
        await using (var batch = new NpgsqlBatch(connection))
        {
            batch.Add(
                $"""
                select series_id, step, at, value, stage_id, batch from metric_point where series_id = $1
                order by step, at limit {StepPoints}
                """,
                series
            );
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
            await OldPoints.ReadAsync(rows, (_, read) => points = read, cancellationToken);
        }

        if (points.Count > 0)
        {
            await MoveAsync(connection, series, points, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return points.Count;
    }

    /// <summary>Makes the writers of the series' run wait.</summary>
    private static async Task<bool> LockRunAsync(
        NpgsqlConnection connection,
        long series,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            "select m.run_id from metric_run m join metric_series s on s.run_id = m.run_id where s.id = $1 for update of m",
            connection
        );
        command.Parameters.Add(new() { Value = series });
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private static async Task MoveAsync(
        NpgsqlConnection connection,
        long series,
        PointBlock points,
        CancellationToken cancellationToken
    )
    {
        var range = new SeriesRange(series, points.First, points.Last);
        var near = await ChunkTable.FindAsync(connection, [range], cancellationToken);
        var changes = ChunkPlan.For(points, near.GetValueOrDefault(series) ?? []);
        var replaced = changes.SelectMany(change => change.Replaced).ToList();
        var stored = await ChunkTable.ReadAsync(connection, replaced, cancellationToken);
        var chunks = changes.SelectMany(change =>
            ChunkPlan.Cut(
                PointBlock.Merge([
                    .. change.Replaced.Select(chunk => stored[chunk]),
                    points.Slice(change.From, change.Count),
                ])
            )
        );
        await using var batch = new NpgsqlBatch(connection);
        ChunkTable.AddChanges(batch, replaced, [.. chunks.Select(chunk => new NewChunk(series, chunk))]);
        batch.Add(
            """
            delete from metric_point
            where series_id = $1 and (step, at) >= ($2, $3) and (step, at) <= ($4, $5)
            """,
            series,
            points.First.Step,
            PointTime.ToDateTime(points.First.Time),
            points.Last.Step,
            PointTime.ToDateTime(points.Last.Time)
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
