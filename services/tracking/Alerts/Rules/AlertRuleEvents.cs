namespace Platform.Tracking.Alerts.Rules;

/// <summary>An event of a rule.</summary>
internal abstract record AlertRuleEvent
{
    public required DateTimeOffset At { get; init; }
}

/// <summary>There is a rule, which looks at what comes from now on.</summary>
internal sealed record AlertRuleCreated : AlertRuleEvent
{
    public required RuleSpec Spec { get; init; }
}

/// <summary>It says something else.</summary>
internal sealed record AlertRuleChanged : AlertRuleEvent
{
    public required RuleSpec Spec { get; init; }

    /// <summary>Whether it begins from the start: what it found before no longer counts.</summary>
    public required bool BeginsAgain { get; init; }
}

/// <summary>It looks at nothing.</summary>
internal sealed record AlertRulePaused : AlertRuleEvent;

/// <summary>It looks at what comes from now on.</summary>
internal sealed record AlertRuleResumed : AlertRuleEvent;

/// <summary>There is no such rule any more.</summary>
internal sealed record AlertRuleDeleted : AlertRuleEvent;

internal abstract record AlertRuleCommand;

internal sealed record CreateAlertRule(RuleSpec Spec) : AlertRuleCommand;

internal sealed record ChangeAlertRule(RuleSpec Spec) : AlertRuleCommand;

internal sealed record PauseAlertRule : AlertRuleCommand;

internal sealed record ResumeAlertRule : AlertRuleCommand;

internal sealed record DeleteAlertRule : AlertRuleCommand;
