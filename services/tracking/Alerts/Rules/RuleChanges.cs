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
    /// <summary>What is wrong with a rule for somebody who may make it; null when nothing is.</summary>
    public static (RuleSpec Spec, ProblemHttpResult? Problem) Check(RuleSpec wanted, HttpContext context)
    {
        var errors = new FieldErrors();
        var spec = RuleRules.Check(wanted, errors);
        return (spec, errors.Count > 0 ? ProblemResults.Invalid(errors) : RefuseNodeRule(spec.IsOfNodes, context));
    }

    /// <summary>Makes a rule.</summary>
    public async Task<(RuleView? Rule, ProblemHttpResult? Problem)> CreateAsync(
        RuleSpec spec,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var id = Guid.CreateVersion7();
        var problem = await DecideAsync(id, new CreateAlertRule(spec), context, ifVersion: null, cancellationToken);
        return problem is null ? (await rules.FindAsync(id, cancellationToken), null) : (null, problem);
    }

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

        var problem = await DecideAsync(id, command, context, ifVersion, cancellationToken);
        return problem is null ? (await rules.FindAsync(id, cancellationToken) ?? known, null) : (null, problem);
    }

    /// <summary>Rules about nodes show what administrators look after.</summary>
    private static ProblemHttpResult? RefuseNodeRule(bool isOfNodes, HttpContext context) =>
        isOfNodes && context.Caller() is not { Kind: CallerKind.User, Role: UserRole.Administrator }
            ? ProblemResults.Problem(StatusCodes.Status403Forbidden, AlertSentences.AdministratorsOnly)
            : null;

    /// <returns>Why it is refused; null when it is done.</returns>
    private async Task<ProblemHttpResult?> DecideAsync(
        Guid id,
        AlertRuleCommand command,
        HttpContext context,
        long? ifVersion,
        CancellationToken cancellationToken
    )
    {
        Outcome<AlertRule, AlertRuleEvent> outcome;
        try
        {
            outcome = await store.HandleAsync(
                AlertRule.Decider,
                id.ToString(),
                rule => AlertRule.Decide(rule, command, clock.GetUtcNow()),
                context.EventMetadata(id.ToString()),
                ifVersion,
                batch => AddRest(batch, id, command),
                cancellationToken: cancellationToken
            );
        }
        catch (PostgresException refused) when (refused.SqlState is RuleTables.TooMany)
        {
            return ProblemResults.Problem(
                StatusCodes.Status409Conflict,
                AlertSentences.TooManyRules.With(RuleTables.MaxRules)
            );
        }
        catch (PostgresException refused) when (refused.SqlState is RuleTables.UnknownDestination)
        {
            return await UnknownDestinationsAsync(DestinationsOf(command) ?? [], cancellationToken);
        }

        if (outcome.Refusal is { } refusal)
        {
            return ProblemResults.From(refusal, StatusCodes.Status404NotFound);
        }

        if (outcome.Events.Count > 0)
        {
            signal.Raise();
        }

        context.Response.SetETag(outcome.Version);
        return null;
    }

    /// <summary>What is checked with it, and where the runs are now that have not ended: the rule's row is written already, as it is inline.</summary>
    private static void AddRest(NpgsqlBatch batch, Guid id, AlertRuleCommand command)
    {
        if (command is CreateAlertRule)
        {
            RuleTables.AddCountCheck(batch);
        }

        if (DestinationsOf(command) is { Count: > 0 } destinations)
        {
            RuleTables.AddDestinationCheck(batch, destinations);
        }

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

    private static IReadOnlyList<Guid>? DestinationsOf(AlertRuleCommand command) =>
        command switch
        {
            CreateAlertRule create => create.Spec.Destinations,
            ChangeAlertRule change => change.Spec.Destinations,
            _ => null,
        };

    private async Task<ProblemHttpResult> UnknownDestinationsAsync(
        IReadOnlyList<Guid> named,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            "select u.id from unnest($1::uuid[]) u(id) where not exists (select from alert_destination d where d.id = u.id)"
        );
        command.Parameters.Add(new() { Value = named.ToArray() });
        var unknown = await command.ReadColumnAsync<Guid>(cancellationToken);
        return ProblemResults.Invalid(
            "destinations",
            AlertSentences.UnknownDestination.With(string.Join(", ", unknown))
        );
    }
}
