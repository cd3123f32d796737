using System.Data.Common;
using System.Text.Json;
using Npgsql;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Browsing;

/// <summary>Reads runs from the read model and the metric tables.</summary>
internal sealed class RunReader(TrackingStore store)
{
    public const string Columns = """
        r.id, r.project, r.name, r.status, r.job_id, r.created_at, r.started_at, r.ended_at, r.updated_at,
        r.parameters::text as parameters, r.tags::text as tags, r.summary::text as summary, r.losses::text as losses, r.version,
        r.parent_id, r.alias, r.group_name, r.notes, r.end_reason, r.deleted_at, r.deleted_by, r.delete_reason, r.primary_metric, r.primary_mode,
        case r.primary_mode when 'min' then p.min_value else p.max_value end as primary_value,
        case r.primary_mode when 'min' then p.min_step else p.max_step end as primary_step
        """;

    /// <summary>Adds the series of the run's primary metric.</summary>
    public const string PrimaryJoin = "left join metric_series p on p.run_id = r.id and p.key = r.primary_metric";

    public async Task<bool> ExistsAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand("select 1 from run where id = $1");
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    /// <summary>The first of some ids under which there is no run; null when each has one.</summary>
    public async Task<string?> FindMissingAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select u.id from unnest($1) with ordinality u(id, place)
            where not exists (select from run r where r.id = u.id) order by u.place limit 1
            """
        );
        command.Parameters.Add(new() { Value = ids.ToArray() });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>One run with its metrics; null when there is none.</summary>
    public async Task<RunView?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.BatchCommands.Add(
            new($"select {Columns}, r.environment::text as environment from run r {PrimaryJoin} where r.id = $1")
            {
                Parameters = { new() { Value = id } },
            }
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

        var run = Read(reader) with
        {
            Environment = reader.TextOrNull("environment") is { } environment ? StoredNumbers.Read(environment) : null,
        };
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
    public static RunView Read(DbDataReader row) =>
        new()
        {
            Id = row.Value<string>("id"),
            Project = row.TextOrNull("project"),
            Name = row.Value<string>("name"),
            Status = RunNames.Status(row.Value<string>("status")),
            JobId = row.ValueOrNull<Guid>("job_id"),
            ParentId = row.TextOrNull("parent_id"),
            Alias = row.Value<string>("alias"),
            Group = row.Value<string>("group_name"),
            Notes = row.Value<string>("notes"),
            EndReason = row.TextOrNull("end_reason"),
            CreatedAt = row.Value<DateTimeOffset>("created_at"),
            StartedAt = row.ValueOrNull<DateTimeOffset>("started_at"),
            EndedAt = row.ValueOrNull<DateTimeOffset>("ended_at"),
            UpdatedAt = row.Value<DateTimeOffset>("updated_at"),
            Parameters = StoredNumbers.Read(row.Value<string>("parameters")),
            Tags = JsonElement.Parse(row.Value<string>("tags")),
            Summary = StoredNumbers.Read(row.Value<string>("summary")),
            Losses = LossesOf(row.Value<string>("losses")),
            Version = row.Value<long>("version"),
            Deletion = Deletion.Read(row),
            PrimaryMetric = row.TextOrNull("primary_metric") is { } metric
                ? new(
                    metric,
                    RunNames.Mode(row.Value<string>("primary_mode")),
                    row.ValueOrNull<double>("primary_value"),
                    row.ValueOrNull<long>("primary_step")
                )
                : null,
        };

    private static RunLosses? LossesOf(string json) =>
        json is "{}"
            ? null
            : RunLosses.Sum([
                .. JsonSerializer.Deserialize(json, TrackingJson.Default.IReadOnlyDictionaryStringRunLosses)!.Values,
            ]);

    private static MetricPointView Point(NpgsqlDataReader reader) =>
        new(reader.GetInt64(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetDouble(4));

    private static MetricExtreme? Extreme(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : new(reader.GetInt64(column), reader.GetDouble(column + 1));
}
