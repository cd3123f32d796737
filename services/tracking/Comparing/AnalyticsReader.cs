using Npgsql;
using NpgsqlTypes;
using Platform.EventStore;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Comparing;

/// <summary>Which runs figures are about.</summary>
internal sealed record AnalyticsScope(string? Project, bool Exact, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>Computes figures about the runs of a project in the database.</summary>
internal sealed class AnalyticsReader(TrackingStore store)
{
    /// <summary>The most intervals of one answer.</summary>
    public const int MaxIntervals = 1000;

    private static readonly string _inScope = $"""
        not r.is_deleted
        and ($1 is null or r.project collate "C" = $1
          or not $2 and {ProjectSql.Below("r.project", "$1")})
        and ($3 is null or r.created_at >= $3) and ($4 is null or r.created_at < $4)
        """;

    private const string Duration = """
        extract(epoch from r.ended_at - r.started_at)::float8
        """;

    private const string HasDuration = """
        r.status in ('finished', 'failed', 'interrupted') and isfinite(r.started_at) and isfinite(r.ended_at)
        """;

    /// <summary>The figures.</summary>
    /// <param name="metric">Whose trend is wanted; null for none.</param>
    /// <returns>Null when there are more intervals than one answer may have.</returns>
    public async Task<ProjectAnalytics?> ReadAsync(
        AnalyticsScope scope,
        AnalyticsInterval interval,
        string? metric,
        TrendValue value,
        CancellationToken cancellationToken
    )
    {
        // One snapshot, so that the figures belong together.
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(
            System.Data.IsolationLevel.RepeatableRead,
            cancellationToken
        );
        var byStatus = await CountAsync(connection, scope, cancellationToken);
        var ended = byStatus["finished"] + byStatus["failed"] + byStatus["interrupted"];
        var durations = await ReadDurationsAsync(connection, scope, cancellationToken);
        var activity = await ReadActivityAsync(connection, scope, interval, cancellationToken);
        if (activity.Count > MaxIntervals)
        {
            return null;
        }

        return new ProjectAnalytics(
            scope.Project,
            scope.Exact,
            scope.From,
            scope.To,
            byStatus.Values.Sum(),
            byStatus,
            ended == 0 ? null : (double)byStatus["finished"] / ended,
            durations,
            interval,
            activity,
            metric is null
                ? null
                : new MetricTrend(
                    metric,
                    value,
                    await ReadTrendAsync(connection, scope, interval, metric, value, cancellationToken)
                )
        );
    }

    private static async Task<Dictionary<string, long>> CountAsync(
        NpgsqlConnection connection,
        AnalyticsScope scope,
        CancellationToken cancellationToken
    )
    {
        var counts = RunNames.Statuses.ToDictionary(status => status, _ => 0L, StringComparer.Ordinal);
        await using var command = Command(
            connection,
            scope,
            $"select r.status, count(*) from run r where {_inScope} group by r.status"
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            counts[reader.GetString(0)] = reader.GetInt64(1);
        }

        return counts;
    }

    private static async Task<RunDurations?> ReadDurationsAsync(
        NpgsqlConnection connection,
        AnalyticsScope scope,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            connection,
            scope,
            $"""
            select count(*), avg({Duration}), percentile_cont(0.5) within group (order by {Duration}), min({Duration}), max({Duration})
            from run r where {_inScope} and {HasDuration}
            """
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt64(0) == 0
            ? null
            : new RunDurations(
                reader.GetInt64(0),
                reader.GetDouble(1),
                reader.GetDouble(2),
                reader.GetDouble(3),
                reader.GetDouble(4)
            );
    }

    private static async Task<List<IntervalActivity>> ReadActivityAsync(
        NpgsqlConnection connection,
        AnalyticsScope scope,
        AnalyticsInterval interval,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            connection,
            scope,
            $"""
            select date_trunc($5, r.created_at, 'UTC') as from_time, count(*) as runs,
              count(*) filter (where r.status = 'finished') as finished,
              count(*) filter (where r.status = 'failed') as failed,
              count(*) filter (where r.status = 'interrupted') as interrupted,
              avg({Duration}) filter (where {HasDuration}) as mean_duration
            from run r where {_inScope} group by 1 order by 1 limit {MaxIntervals + 1}
            """,
            NameOf(interval)
        );
        var activity = new List<IntervalActivity>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            activity.Add(
                new IntervalActivity(
                    reader.Value<DateTimeOffset>("from_time"),
                    reader.Value<long>("runs"),
                    reader.Value<long>("finished"),
                    reader.Value<long>("failed"),
                    reader.Value<long>("interrupted"),
                    reader.ValueOrNull<double>("mean_duration")
                )
            );
        }

        return activity;
    }

    private static async Task<List<TrendPoint>> ReadTrendAsync(
        NpgsqlConnection connection,
        AnalyticsScope scope,
        AnalyticsInterval interval,
        string metric,
        TrendValue value,
        CancellationToken cancellationToken
    )
    {
        var column = value switch
        {
            TrendValue.Min => "s.min_value",
            TrendValue.Max => "s.max_value",
            _ => "s.last_value",
        };
        await using var command = Command(
            connection,
            scope,
            $"""
            select date_trunc($5, r.created_at, 'UTC') as from_time, count(*) as runs,
              avg({column}) as mean, min({column}) as min, max({column}) as max
            from run r join metric_series s on s.run_id = r.id and s.key = $6
            where {_inScope} and {column} not in ('NaN', 'Infinity', '-Infinity') group by 1 order by 1
            """,
            NameOf(interval),
            metric
        );
        var points = new List<TrendPoint>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            points.Add(
                new TrendPoint(
                    reader.Value<DateTimeOffset>("from_time"),
                    reader.Value<long>("runs"),
                    reader.Value<double>("mean"),
                    reader.Value<double>("min"),
                    reader.Value<double>("max")
                )
            );
        }

        return points;
    }

    private static string NameOf(AnalyticsInterval interval) =>
        interval switch
        {
            AnalyticsInterval.Hour => "hour",
            AnalyticsInterval.Week => "week",
            AnalyticsInterval.Month => "month",
            _ => "day",
        };

    private static NpgsqlCommand Command(
        NpgsqlConnection connection,
        AnalyticsScope scope,
        string sql,
        params ReadOnlySpan<string> more
    )
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(SqlParameters.Of(scope.Project, NpgsqlDbType.Text));
        command.Parameters.Add(new() { Value = scope.Exact });
        command.Parameters.Add(SqlParameters.Of(scope.From?.ToUniversalTime(), NpgsqlDbType.TimestampTz));
        command.Parameters.Add(SqlParameters.Of(scope.To?.ToUniversalTime(), NpgsqlDbType.TimestampTz));
        foreach (var value in more)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
