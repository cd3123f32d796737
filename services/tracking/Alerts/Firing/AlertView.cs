using System.Data.Common;
using System.Text.Json.Serialization;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Rules;

namespace Platform.Tracking.Alerts.Firing;

/// <summary>An alert as the API, webhooks and mails show it. NaN and the infinities are texts.</summary>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed record AlertView
{
    public required Guid Id { get; init; }
    public required Guid RuleId { get; init; }

    /// <summary>As the rule was called when it fired; the same holds for what else is of the rule.</summary>
    public required string RuleName { get; init; }
    public required string? Project { get; init; }

    [OneOf(RuleWords.Metric, RuleWords.Job, RuleWords.Node)]
    public required string Watch { get; init; }
    public required string Condition { get; init; }

    /// <summary>The id of the run, job or node that it is about.</summary>
    public required string SubjectId { get; init; }
    public required string SubjectName { get; init; }

    /// <summary>The metric's key; null when it is about no metric.</summary>
    public required string? Metric { get; init; }
    public required double? Threshold { get; init; }

    /// <summary>What the point was that fired; null when it was the time that went by.</summary>
    public required double? Value { get; init; }
    public required long? Step { get; init; }

    [OneOf("firing", "resolved")]
    public required string State { get; init; }

    /// <summary>What happened, as a text for users.</summary>
    public required string Message { get; init; }

    /// <summary>What <see cref="Message"/> says, for other languages.</summary>
    public required SentenceCode? MessageCode { get; init; }
    public required DateTimeOffset FiredAt { get; init; }
    public required DateTimeOffset? ResolvedAt { get; init; }
    public required double? ResolvedValue { get; init; }
    public required long? ResolvedStep { get; init; }

    /// <summary>Why it is resolved; null while it fires.</summary>
    [OneOf(
        AlertCauses.Condition,
        AlertCauses.RunEnded,
        AlertCauses.RuleChanged,
        AlertCauses.RulePaused,
        AlertCauses.RuleDeleted,
        AlertCauses.Gone
    )]
    public required string? Cause { get; init; }

    /// <summary>Whether the caller has put it aside.</summary>
    public required bool Dismissed { get; init; }

    public const string Columns = """
        a.id, a.rule_id, a.rule_name, a.project, a.watch, a.condition, a.subject_id, a.subject_name, a.metric, a.threshold,
        a.consecutive, a.seconds, a.points, a.value, a.step, a.state, a.fired_at, a.resolved_at, a.resolved_value, a.resolved_step,
        a.cause
        """;

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    public static AlertView Read(DbDataReader row, bool dismissed)
    {
        var message = AlertMessages.Of(row);
        return new AlertView
        {
            Id = row.Value<Guid>("id"),
            RuleId = row.Value<Guid>("rule_id"),
            RuleName = row.Value<string>("rule_name"),
            Project = row.TextOrNull("project"),
            Watch = row.Value<string>("watch"),
            Condition = row.Value<string>("condition"),
            SubjectId = row.Value<string>("subject_id"),
            SubjectName = row.Value<string>("subject_name"),
            Metric = row.TextOrNull("metric"),
            Threshold = row.ValueOrNull<double>("threshold"),
            Value = row.ValueOrNull<double>("value"),
            Step = row.ValueOrNull<long>("step"),
            State = row.Value<string>("state"),
            Message = message.Text,
            MessageCode = message.Code,
            FiredAt = row.Value<DateTimeOffset>("fired_at"),
            ResolvedAt = row.ValueOrNull<DateTimeOffset>("resolved_at"),
            ResolvedValue = row.ValueOrNull<double>("resolved_value"),
            ResolvedStep = row.ValueOrNull<long>("resolved_step"),
            Cause = row.TextOrNull("cause"),
            Dismissed = dismissed,
        };
    }
}
