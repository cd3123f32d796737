using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Rules;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Alerts.Firing;

/// <summary>The query of <c>GET /api/alerts</c>.</summary>
internal sealed record ListAlertsQuery : ListQuery
{
    /// <summary><c>firing</c> or <c>resolved</c>.</summary>
    public string? State { get; init; }

    /// <summary>The id of a rule, which may be deleted.</summary>
    public string? Rule { get; init; }

    /// <summary>A project and those below it.</summary>
    public string? Project { get; init; }

    /// <summary><c>metric</c>, <c>job</c> or <c>node</c>; several separated by commas.</summary>
    public string? Watch { get; init; }

    /// <summary>The id of the run, job or node that they are about.</summary>
    public string? Subject { get; init; }

    /// <summary><c>true</c> for those that the caller has put aside, <c>all</c> for both; the others when left out.</summary>
    public string? Dismissed { get; init; }
}

/// <summary><c>GET /api/alerts</c>.</summary>
internal static class ListAlertsEndpoint
{
    private static readonly string[] _states = ["firing", "resolved"];
    private static readonly string[] _dismissed = ["true", "false", "all"];

    public static void MapListAlerts(this IEndpointRouteBuilder alerts) =>
        alerts
            .MapList<ListAlertsQuery>("/", HandleAsync, "ListAlerts", "List alerts by filter, the newest first")
            .RequireAuthorization(Policies.Read);

    private static Task<ListResult<AlertView>> HandleAsync(
        [AsParameters] ListAlertsQuery query,
        TrackingStore store,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var filter = new ListFilter();
        filter.AddOneOf("state", query.State, "a.state", _states);
        filter.AddOneOf("watch", query.Watch, "a.watch", RuleWords.Watches);
        filter.AddId("rule", query.Rule, "a.rule_id", AlertSentences.RuleId);
        filter.AddProject("project", query.Project, "a.project");
        if (filter.TakesText("subject", query.Subject, RunRules.MaxKey))
        {
            // Ids of jobs and nodes are in lower case; those of runs are as their clients named them.
            string[] ids = [query.Subject, query.Subject.ToLowerInvariant()];
            filter.Add(parameter => $"a.subject_id = any({parameter(ids)})");
        }

        // A parameter of every command, so that the columns can name it too.
        var caller = filter.Parameter(context.Caller().Subject);
        if (!_dismissed.Contains(query.Dismissed ?? "false", StringComparer.Ordinal))
        {
            filter.Reject("dismissed", AlertSentences.Dismissed.With(string.Join(", ", _dismissed)));
        }
        else if (query.Dismissed is not "all")
        {
            filter.Add(_ =>
                $"{(query.Dismissed is "true" ? "" : "not ")}exists (select from alert_dismissal o where o.subject = {caller}::text and o.alert_id = a.id)"
            );
        }

        return ListOf(caller).AnswerAsync(store.DataSource, query, filter, context.Request, cancellationToken);
    }

    private static ListDefinition<AlertView> ListOf(string caller) =>
        new()
        {
            Table = "alert a",
            Columns = $"{AlertView.Columns}, d.alert_id is not null as dismissed",
            Joins = $"left join alert_dismissal d on d.subject = {caller}::text and d.alert_id = a.id",
            Keys = [ListColumn.Uuid("a.id")],
            Sorts = new Dictionary<string, ListColumn>(StringComparer.Ordinal)
            {
                ["firedAt"] = ListColumn.Time("a.fired_at"),
            },
            DefaultSort = "-firedAt",
            Read = row => AlertView.Read(row, row.Value<bool>("dismissed")),
        };
}
