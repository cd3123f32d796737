using System.Text.Json.Serialization;

namespace Platform.Tracking.Alerts.Firing;

/// <summary>An event of the alerts that one rule raises about one thing.</summary>
internal abstract record AlertSeriesEvent
{
    public required Guid AlertId { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>An alert fires.</summary>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed record AlertFired : AlertSeriesEvent
{
    /// <summary>The how manieth of the series, from 1.</summary>
    public required int Number { get; init; }
    public required AlertSubject Subject { get; init; }
    public double? Value { get; init; }
    public long? Step { get; init; }
}

/// <summary>It does not fire any more.</summary>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed record AlertResolved : AlertSeriesEvent
{
    /// <summary>One of <see cref="AlertCauses"/>.</summary>
    public required string Cause { get; init; }
    public double? Value { get; init; }
    public long? Step { get; init; }
}

/// <summary>Which rule an alert is of, and what it is about.</summary>
internal sealed record AlertSubject
{
    public required Guid RuleId { get; init; }
    public required int Revision { get; init; }
    public required string RuleName { get; init; }
    public required string Watch { get; init; }
    public required string Condition { get; init; }
    public string? Project { get; init; }

    /// <summary>The id of the run, job or node.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    public string? Metric { get; init; }
    public double? Threshold { get; init; }
    public int? Consecutive { get; init; }
    public int? Seconds { get; init; }
    public int? Points { get; init; }
}

/// <summary>Why an alert is resolved: a closed list.</summary>
internal static class AlertCauses
{
    /// <summary>What it fired for is over.</summary>
    public const string Condition = "condition";
    public const string RunEnded = "run-ended";
    public const string RuleChanged = "rule-changed";
    public const string RulePaused = "rule-paused";
    public const string RuleDeleted = "rule-deleted";

    /// <summary>The run, job or node is deleted.</summary>
    public const string Gone = "gone";
}
