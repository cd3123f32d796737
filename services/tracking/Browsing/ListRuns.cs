using System.Text.Json;
using Platform.Mlflow.Filtering;
using Platform.ServiceDefaults;
using Platform.Tracking.Filtering;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Browsing;

/// <summary>The query of <c>GET /api/runs</c>.</summary>
internal sealed record ListRunsQuery : ListQuery
{
    /// <summary>A project and those below it.</summary>
    public string? Project { get; init; }

    /// <summary><c>true</c>: only the project itself, not those below it.</summary>
    public string? Exact { get; init; }

    /// <summary>One status, or several separated by commas.</summary>
    public string? Status { get; init; }

    /// <summary><c>key</c> or <c>key=value</c>; runs must match all of them.</summary>
    public string[]? Tag { get; init; }

    /// <summary>
    /// What they must fulfil, in MLflow's language with <c>or</c>, <c>not</c>, parentheses and ages besides:
    /// <c>metrics."val/loss" &lt; 0.3 and params.lr = 0.1 and (tags.owner in ("anna") or started &gt; 7d)</c>.
    /// </summary>
    public string? Filter { get; init; }

    /// <summary>A part of the name, or the beginning or end of the id, in any case.</summary>
    public string? Search { get; init; }

    /// <summary><c>true</c> for runs in the recycle bin instead of the others.</summary>
    public string? Deleted { get; init; }

    /// <summary>The id of a job: finds its run, and those that its training started besides.</summary>
    public string? JobId { get; init; }

    /// <summary>The id of a run: finds those that are parts of it.</summary>
    public string? ParentId { get; init; }

    /// <summary>The group that they belong to.</summary>
    public string? Group { get; init; }
}

/// <summary><c>GET /api/runs</c>.</summary>
internal static class ListRunsEndpoint
{
    private static readonly ListDefinition<RunView> _runs = new()
    {
        Table = "run r",
        Columns = RunReader.Columns,
        Joins = RunReader.PrimaryJoin,
        Keys = [ListColumn.Text("r.id")],
        Sorts = new Dictionary<string, ListColumn>(StringComparer.Ordinal)
        {
            ["createdAt"] = ListColumn.Time("r.created_at"),
            ["updatedAt"] = ListColumn.Time("r.updated_at"),
            ["name"] = ListColumn.Text("r.name"),
            ["project"] = ListColumn.Text("coalesce(r.project, '')"),
            ["status"] = ListColumn.Text("r.status"),
        },
        MoreSorts = RunFilter.Sort,
        MoreSortNames = RunFilter.SortNames,
        DefaultSort = "-createdAt",
        Counts = "run_count r",
        Read = RunReader.Read,
    };

    public static void MapListRuns(this IEndpointRouteBuilder runs) =>
        runs.MapList<ListRunsQuery>("/", HandleAsync, "ListRuns", "List runs by filter, sorted, page by page")
            .RequireAuthorization(Policies.Read);

    private static Task<ListResult<RunView>> HandleAsync(
        [AsParameters] ListRunsQuery query,
        TrackingStore store,
        HttpRequest request,
        CancellationToken cancellationToken
    ) => AnswerAsync(query, store, request, new RunFinder(), cancellationToken);

    /// <summary>Answers a query with the runs that a finder finds.</summary>
    internal static Task<ListResult<RunView>> AnswerAsync(
        ListRunsQuery query,
        TrackingStore store,
        HttpRequest request,
        RunFinder finder,
        CancellationToken cancellationToken
    ) => _runs.AnswerAsync(store.DataSource, query, FilterOf(query, finder), request, cancellationToken, finder);

    private static ListFilter FilterOf(ListRunsQuery query, RunFinder finder)
    {
        var filter = new ListFilter();
        filter.AddDeleted("deleted", query.Deleted, "r.is_deleted");
        var isExact = filter.TakesFlag("exact", query.Exact);
        filter.AddProject("project", query.Project, "r.project", isExact);
        filter.AddOneOf("status", query.Status, "r.status", RunNames.Statuses, counted: true);
        filter.AddId("jobId", query.JobId, "r.job_id", RunSentences.JobId);
        if (query.ParentId is { Length: > 0 } parent)
        {
            if (RunRules.TryNormalizeId(parent, out var parentId))
            {
                filter.Add(parameter => $"r.parent_id = {parameter(parentId)}");
            }
            else
            {
                filter.Reject("parentId", RunSentences.Id);
            }
        }

        if (query.Group is { Length: > 0 } group)
        {
            if (RunRules.IsName(group))
            {
                filter.Add(parameter => $"r.group_name = {parameter(group)}");
            }
            else
            {
                filter.Reject("group", RunSentences.Name);
            }
        }

        foreach (var tag in query.Tag ?? [])
        {
            AddTag(filter, tag, finder);
        }

        filter.AddRunFilter("filter", query.Filter, finder);
        filter.AddSearch("search", query.Search, Matches);
        return filter;
    }

    private static void AddTag(ListFilter filter, string tag, RunFinder finder)
    {
        var divider = tag.IndexOf('=', StringComparison.Ordinal);
        var key = divider < 0 ? tag : tag[..divider];
        if (!RunRules.IsKey(key) || tag.Contains('\0', StringComparison.Ordinal))
        {
            filter.Reject("tag", RunSentences.TagFilter);
        }
        else if (divider < 0)
        {
            Add(new FilterNode.Not(Compare(FilterOperator.IsNull)), parameter => $"r.tags ? {parameter(key)}");
        }
        else
        {
            var value = tag[(divider + 1)..];
            var pair = JsonSerializer.Serialize(
                new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value }
            );
            Add(
                Compare(FilterOperator.Equal, new FilterValue(value, Number: null, Age: null, Position: 1)),
                parameter => $"r.tags @> {parameter(pair)}::jsonb"
            );
        }

        FilterNode.Comparison Compare(FilterOperator comparison, params FilterValue[] values) =>
            new(new FieldName("tags", key, Position: 1), comparison, values);

        void Add(FilterNode node, Func<Func<object, string>, string> row) =>
            filter.Add(parameter =>
            {
                var condition = RunCondition.Of(node, row(parameter), parameter);
                finder.Add(condition);
                return condition.Row;
            });
    }

    private static string Matches(Func<object, string> parameter, ListSearch search) =>
        $"(r.search_name like {parameter(search.Pattern)} or lower(r.id) like {parameter(search.Prefix)} or reverse(lower(r.id)) like {parameter(search.ReversedEnd)})";
}
