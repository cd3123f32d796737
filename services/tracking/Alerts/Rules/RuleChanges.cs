using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Platform.Contracts.Sentences;
using Platform.EventStore;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Evaluation;

namespace Platform.Tracking.Alerts.Rules;

/// <summary>Handles commands to rules. What a rule looks at begins with the points that its runs do not have yet.</summary>
internal sealed class RuleChanges(TrackingStore store, RuleReader rules, EvaluationSignal signal, TimeProvider clock)
{
    /// <summary>As many rules as can be looked through with every point that is stored.</summary>
    public const int MaxRules = 1000;

    /// <summary>What is wrong with a rule for somebody who may make it; null when nothing is.</summary>
    public async Task<(RuleSpec Spec, ProblemHttpResult? Problem)> CheckAsync(
        RuleSpec wanted,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var errors = new FieldErrors();
        var spec = RuleRules.Check(wanted, errors);
        if (errors.Count == 0 && await FindUnknownAsync(spec.Destinations, cancellationToken) is { Count: > 0 } unknown)
        {
            errors.Add("destinations", AlertSentences.UnknownDestination.With(string.Join(", ", unknown)));
        }

        return (spec, errors.Count > 0 ? ProblemResults.Invalid(errors) : RefuseNodeRule(spec.IsOfNodes, context));
    }

    /// <summary>Rules about nodes show what administrators look after.</summary>
    private static ProblemHttpResult? RefuseNodeRule(bool isOfNodes, HttpContext context) =>
        isOfNodes && context.Caller() is not { Kind: CallerKind.User, Role: UserRole.Administrator }
            ? ProblemResults.Problem(StatusCodes.Status403Forbidden, AlertSentences.AdministratorsOnly)
            : null;

    /// <summary>Changes a rule that is there, under the request's <c>If-Match</c>.</summary>
    public async Task<(RuleView? Rule, ProblemHttpResult? Problem)> HandleAsync(
        Guid id,
        AlertRuleCommand command,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!context.Request.TryGetIfMatch(out var ifVersion))
        {
            return (null, ProblemResults.UnknownVersion());
        }

        if (await rules.FindAsync(id, cancellationToken) is not { } known)
        {
            return (null, ProblemResults.NotFound(AlertSentences.RuleNotFound.With(id.ToString())));
        }

        if (RefuseNodeRule(known.Watch is RuleWords.Node, context) is { } forbidden)
        {
            return (null, forbidden);
        }

        var outcome = await DecideAsync(id, command, context, ifVersion, cancellationToken);
        if (outcome.Refusal is { } refusal)
        {
            return (null, ProblemResults.From(refusal, StatusCodes.Status404NotFound));
        }

        context.Response.SetETag(outcome.Version);
        return (await rules.FindAsync(id, cancellationToken) ?? known, null);
    }

    public async Task<Outcome<AlertRule, AlertRuleEvent>> DecideAsync(
        Guid id,
        AlertRuleCommand command,
        HttpContext context,
        long? ifVersion,
        CancellationToken cancellationToken
    )
    {
        var outcome = await store.HandleAsync(
            AlertRule.Decider,
            id.ToString(),
            rule => AlertRule.Decide(rule, command, clock.GetUtcNow()),
            context.EventMetadata(id.ToString()),
            ifVersion,
            batch => AddCursors(batch, id, command),
            cancellationToken: cancellationToken
        );
        if (outcome.Events.Count > 0)
        {
            signal.Raise();
        }

        return outcome;
    }

    public async Task<bool> HasRoomAsync(CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand("select count(*) from alert_rule");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))! < MaxRules;
    }

    /// <summary>Where the runs that have not ended are now: the rule's row is written already, as it is inline.</summary>
    private static void AddCursors(NpgsqlBatch batch, Guid id, AlertRuleCommand command)
    {
        if (command is not (DeleteAlertRule or PauseAlertRule))
        {
            batch.Add(EvaluationTables.BeginSql, id);
        }
        else if (command is DeleteAlertRule)
        {
            batch.Add("delete from alert_cursor where rule_id = $1", id);
            batch.Add("delete from alert_series where rule_id = $1", id);
        }
    }

    private async Task<List<Guid>> FindUnknownAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "select u.id from unnest($1::uuid[]) u(id) where not exists (select from alert_destination d where d.id = u.id)"
        );
        command.Parameters.Add(new() { Value = ids.ToArray() });
        return await command.ReadColumnAsync<Guid>(cancellationToken);
    }
}
