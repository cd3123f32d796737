using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Alerts.Rules;

/// <summary>The query of <c>GET /api/alerts/rules</c>.</summary>
internal sealed record ListRulesQuery : ListQuery
{
    /// <summary>A project and those below it.</summary>
    public string? Project { get; init; }

    /// <summary><c>metric</c>, <c>job</c> or <c>node</c>; several separated by commas.</summary>
    public string? Watch { get; init; }

    /// <summary><c>active</c> or <c>paused</c>.</summary>
    public string? State { get; init; }

    /// <summary>A part of the name, in any case.</summary>
    public string? Search { get; init; }
}

/// <summary>Lists rules, and shows one.</summary>
internal static class ReadRulesEndpoints
{
    private static readonly ListDefinition<RuleView> _rules = new()
    {
        Table = "alert_rule r",
        Columns = RuleReader.Columns,
        Keys = [ListColumn.Uuid("r.id")],
        Sorts = new Dictionary<string, ListColumn>(StringComparer.Ordinal)
        {
            ["createdAt"] = ListColumn.Time("r.created_at"),
            ["name"] = ListColumn.Text("r.name"),
        },
        DefaultSort = "-createdAt",
        Read = RuleReader.Read,
    };

    public static void MapReadRules(this IEndpointRouteBuilder rules)
    {
        rules
            .MapList<ListRulesQuery>("/", ListAsync, "ListAlertRules", "List alert rules by filter, page by page")
            .RequireAuthorization(Policies.Read);
        rules
            .MapGet("/{id:guid}", GetAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("GetAlertRule")
            .WithSummary("A rule: what it watches, when it fires, who is told");
    }

    private static Task<ListResult<RuleView>> ListAsync(
        [AsParameters] ListRulesQuery query,
        TrackingStore store,
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        var filter = new ListFilter();
        filter.AddProject("project", query.Project, "r.project");
        filter.AddOneOf("watch", query.Watch, "r.watch", RuleWords.Watches);
        filter.AddOneOf("state", query.State, "r.state", RuleWords.States);
        filter.AddSearch(
            "search",
            query.Search,
            (parameter, search) => $"r.search_name like {parameter(search.Pattern)}"
        );
        return _rules.AnswerAsync(store.DataSource, query, filter, request, cancellationToken);
    }

    private static async Task<Results<Ok<RuleView>, ProblemHttpResult>> GetAsync(
        Guid id,
        RuleReader reader,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (await reader.FindAsync(id, cancellationToken) is not { } rule)
        {
            return ProblemResults.NotFound(AlertSentences.RuleNotFound.With(id.ToString()));
        }

        context.Response.SetETag(rule.Version);
        return TypedResults.Ok(rule);
    }
}
