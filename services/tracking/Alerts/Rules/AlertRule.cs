using System.Diagnostics;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Alerts.Rules;

/// <summary>A rule that raises alerts.</summary>
/// <param name="Spec">Null before it was created and once it was deleted.</param>
internal sealed record AlertRule(RuleSpec? Spec, bool IsPaused, bool IsDeleted)
{
    public static readonly AlertRule Initial = new(null, IsPaused: false, IsDeleted: false);

    public static readonly Decider<AlertRule, AlertRuleEvent> Decider = new("alert_rule", Initial, Evolve);

    public static Decision<AlertRuleEvent> Decide(AlertRule rule, AlertRuleCommand command, DateTimeOffset now) =>
        (rule.Spec, command) switch
        {
            (null, CreateAlertRule c) when !rule.IsDeleted => Decision.Accept<AlertRuleEvent>(
                new AlertRuleCreated { Spec = c.Spec, At = now }
            ),
            (null, DeleteAlertRule) when rule.IsDeleted => Decision.Nothing<AlertRuleEvent>(),
            (null, _) => Refusals.Refuse<AlertRuleEvent>(AlertSentences.NoRule),
            (_, CreateAlertRule) => Decision.Nothing<AlertRuleEvent>(),
            ({ } spec, ChangeAlertRule c) when c.Spec.Says(spec) => Decision.Nothing<AlertRuleEvent>(),
            ({ } spec, ChangeAlertRule c) => Decision.Accept<AlertRuleEvent>(
                new AlertRuleChanged
                {
                    Spec = c.Spec,
                    BeginsAgain = !c.Spec.FindsAs(spec),
                    At = now,
                }
            ),
            (_, PauseAlertRule) => If(!rule.IsPaused, new AlertRulePaused { At = now }),
            (_, ResumeAlertRule) => If(rule.IsPaused, new AlertRuleResumed { At = now }),
            (_, DeleteAlertRule) => Decision.Accept<AlertRuleEvent>(new AlertRuleDeleted { At = now }),
            _ => throw new UnreachableException($"No decision for {command.GetType().Name}."),
        };

    public static AlertRule Evolve(AlertRule rule, AlertRuleEvent @event) =>
        @event switch
        {
            AlertRuleCreated e => rule with { Spec = e.Spec },
            AlertRuleChanged e => rule with { Spec = e.Spec },
            AlertRulePaused => rule with { IsPaused = true },
            AlertRuleResumed => rule with { IsPaused = false },
            AlertRuleDeleted => rule with { Spec = null, IsDeleted = true },
            _ => throw new UnreachableException($"No evolution for {@event.GetType().Name}."),
        };

    private static Decision<AlertRuleEvent> If(bool isChange, AlertRuleEvent change) =>
        isChange ? Decision.Accept(change) : Decision.Nothing<AlertRuleEvent>();
}
