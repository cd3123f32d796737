using System.Data.Common;
using System.Text.Json;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Alerts.Rules;

/// <summary>A rule as the API shows it.</summary>
internal sealed record RuleView
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }

    /// <summary>The project whose runs or jobs it watches, with those below it; null for rules about nodes.</summary>
    public required string? Project { get; init; }

    [OneOf(RuleWords.Metric, RuleWords.Job, RuleWords.Node)]
    public required string Watch { get; init; }

    [OneOf(
        RuleWords.Greater,
        RuleWords.Less,
        RuleWords.NaN,
        RuleWords.Infinity,
        RuleWords.NoProgress,
        RuleWords.ZScore,
        RuleWords.Failed,
        RuleWords.Waiting,
        RuleWords.Running,
        RuleWords.Lost
    )]
    public required string Condition { get; init; }
    public required string? Metric { get; init; }
    public required double? Threshold { get; init; }
    public required int? Consecutive { get; init; }
    public required int? Window { get; init; }
    public required string? Goal { get; init; }
    public required double? MinDelta { get; init; }
    public required int? Points { get; init; }
    public required int? Seconds { get; init; }
    public required string? Filter { get; init; }
    public required IReadOnlyList<Guid> Destinations { get; init; }

    [OneOf(RuleWords.Active, RuleWords.Paused)]
    public required string State { get; init; }

    /// <summary>How many of its alerts are firing.</summary>
    public required int Firing { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string? CreatedBy { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>The version for <c>If-Match</c>.</summary>
    public required long Version { get; init; }
}

/// <summary>Reads rules.</summary>
internal sealed class RuleReader(TrackingStore store)
{
    public const string Columns = """
        r.id, r.spec::text as spec, r.state, r.created_at, r.created_by, r.changed_at, r.version,
        (select count(*)::int from alert a where a.rule_id = r.id and a.state = 'firing') as firing
        """;

    /// <summary>Null when there is no such rule.</summary>
    public async Task<RuleView?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand($"select {Columns} from alert_rule r where r.id = $1");
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>What rules watch that are not paused.</summary>
    public async Task<IReadOnlySet<string>> WatchesAsync(CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            $"select distinct watch from alert_rule where state = '{RuleWords.Active}'"
        );
        var watches = await command.ReadColumnAsync<string>(cancellationToken);
        return watches.ToHashSet(StringComparer.Ordinal);
    }

    public static RuleSpec SpecOf(string json) => JsonSerializer.Deserialize(json, TrackingJson.Default.RuleSpec)!;

    public static RuleView Read(DbDataReader row)
    {
        var spec = SpecOf(row.Value<string>("spec"));
        return new RuleView
        {
            Id = row.Value<Guid>("id"),
            Name = spec.Name,
            Project = spec.Project,
            Watch = spec.Watch,
            Condition = spec.Condition,
            Metric = spec.Metric,
            Threshold = spec.Threshold,
            Consecutive = spec.Consecutive,
            Window = spec.Window,
            Goal = spec.Goal,
            MinDelta = spec.MinDelta,
            Points = spec.Points,
            Seconds = spec.Seconds,
            Filter = spec.Filter,
            Destinations = spec.Destinations,
            State = row.Value<string>("state"),
            Firing = row.Value<int>("firing"),
            CreatedAt = row.Value<DateTimeOffset>("created_at"),
            CreatedBy = row.TextOrNull("created_by"),
            ChangedAt = row.Value<DateTimeOffset>("changed_at"),
            Version = row.Value<long>("version"),
        };
    }
}
