using System.Text.Json;
using Npgsql;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Browsing;

/// <summary>Reads runs from the read model and the metric tables.</summary>
internal sealed class RunReader(TrackingStore store)
{
    public const string Columns = """
        r.id, r.project, r.name, r.status, r.job_id, r.created_at, r.started_at, r.ended_at, r.updated_at,
        r.parameters::text, r.tags::text, r.summary::text, r.version, r.primary_metric, r.primary_mode,
        case r.primary_mode when 'min' then p.min_value else p.max_value end,
        case r.primary_mode when 'min' then p.min_step else p.max_step end
        """;

    public const string From = "run r left join metric_series p on p.run_id = r.id and p.key = r.primary_metric";

    public async Task<bool> ExistsAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand("select 1 from run where id = $1");
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    /// <summary>One run with its metrics; null when there is none.</summary>
    public async Task<RunView?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.BatchCommands.Add(
            new($"select {Columns} from {From} where r.id = $1") { Parameters = { new() { Value = id } } }
        );
        batch.BatchCommands.Add(
            new(
                """
                select key, count, last_step, last_at, last_value, min_step, min_value, max_step, max_value
                from metric_series where run_id = $1 and count > 0 order by key
                """
            )
            {
                Parameters = { new() { Value = id } },
            }
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var run = Read(reader);
        await reader.NextResultAsync(cancellationToken);
        var latest = new Dictionary<string, MetricPointView>(StringComparer.Ordinal);
        var metrics = new Dictionary<string, MetricSummary>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = reader.GetString(0);
            latest[key] = Point(reader);
            metrics[key] = new(reader.GetInt64(1), Extreme(reader, 5), Extreme(reader, 7));
        }

        var best = new Dictionary<string, MetricExtreme>(StringComparer.Ordinal);
        if (run.PrimaryMetric is { Value: { } value, Step: { } step } primary)
        {
            best[primary.Name] = new(step, value);
        }

        return run with
        {
            Latest = latest,
            Best = best,
            Metrics = metrics,
        };
    }

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    public static RunView Read(NpgsqlDataReader reader)
    {
        PrimaryMetricView? primary = null;
        if (!reader.IsDBNull(13))
        {
            primary = new(
                reader.GetString(13),
                RunNames.Mode(reader.GetString(14)),
                reader.IsDBNull(15) ? null : reader.GetDouble(15),
                reader.IsDBNull(16) ? null : reader.GetInt64(16)
            );
        }

        return new RunView
        {
            Id = reader.GetString(0),
            Project = reader.IsDBNull(1) ? null : reader.GetString(1),
            Name = reader.GetString(2),
            Status = RunNames.Status(reader.GetString(3)),
            JobId = reader.IsDBNull(4) ? null : reader.GetGuid(4),
            CreatedAt = reader.GetFieldValue<DateTimeOffset>(5),
            StartedAt = Time(reader, 6),
            EndedAt = Time(reader, 7),
            UpdatedAt = reader.GetFieldValue<DateTimeOffset>(8),
            Parameters = JsonElement.Parse(reader.GetString(9)),
            Tags = JsonElement.Parse(reader.GetString(10)),
            Summary = JsonElement.Parse(reader.GetString(11)),
            Version = reader.GetInt64(12),
            PrimaryMetric = primary,
        };
    }

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    private static MetricPointView Point(NpgsqlDataReader reader) =>
        new(reader.GetInt64(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetDouble(4));

    private static MetricExtreme? Extreme(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : new(reader.GetInt64(column), reader.GetDouble(column + 1));
}
