using System.Security.Claims;
using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Browsing;

/// <summary>The query of <c>GET /api/jobs</c>.</summary>
internal sealed record ListJobsQuery : ListQuery
{
    /// <summary>One status, or several separated by commas.</summary>
    public string? Status { get; init; }

    /// <summary>
    /// A project and all below it: <c>demo</c> finds <c>demo</c> and <c>demo/digits</c>, not <c>demonstration</c>.
    /// </summary>
    public string? Project { get; init; }

    /// <summary>Who submitted them, in any case: <c>user:anna</c>, <c>anna</c> for short, or <c>me</c>.</summary>
    public string? SubmittedBy { get; init; }

    /// <summary>The id of a job: finds those that belong to it.</summary>
    public string? Parent { get; init; }

    /// <summary><c>true</c> for jobs in the recycle bin instead of the others.</summary>
    public string? Deleted { get; init; }

    /// <summary>A part of the name in any case, or the beginning or end of the id; a complete id finds that job only.</summary>
    public string? Search { get; init; }
}

/// <summary><c>GET /api/jobs</c>.</summary>
internal static class ListJobsEndpoint
{
    /// <summary>From this many digits on, few ids begin or end alike; lists show as many.</summary>
    private const int FewAlike = 8;

    private static readonly ListDefinition<JobItem> _jobs = new()
    {
        Table = "job_summary s",
        Columns = JobReader.ItemColumns,
        Joins = JobReader.WaitJoin,
        Keys = [ListColumn.Uuid("s.job_id")],
        Sorts = new Dictionary<string, ListColumn>(StringComparer.Ordinal)
        {
            ["submittedAt"] = ListColumn.Time("s.submitted_at"),
            // Jobs that have not started or ended come last in ascending order.
            ["startedAt"] = ListColumn.Time("coalesce(s.started_at, 'infinity')"),
            ["endedAt"] = ListColumn.Time("coalesce(s.ended_at, 'infinity')"),
            ["name"] = ListColumn.Text("s.name"),
            ["priority"] = ListColumn.Number("s.priority"),
        },
        DefaultSort = "-submittedAt",
        Counts = "job_summary_count s",
        Read = JobReader.ReadItem,
    };

    public static void MapListJobs(this IEndpointRouteBuilder jobs) =>
        jobs.MapList<ListJobsQuery>("/", HandleAsync, "ListJobs", "List jobs by filter, page by page")
            .RequireAuthorization(Policies.Read);

    private static Task<ListResult<JobItem>> HandleAsync(
        [AsParameters] ListJobsQuery query,
        JobsStore store,
        ClaimsPrincipal principal,
        HttpRequest request,
        CancellationToken cancellationToken
    ) => _jobs.AnswerAsync(store.DataSource, query, FilterOf(query, Caller.Of(principal)), request, cancellationToken);

    private static ListFilter FilterOf(ListJobsQuery query, Caller caller)
    {
        var filter = new ListFilter();
        filter.AddDeleted("deleted", query.Deleted, "s.is_deleted");
        filter.AddOneOf("status", query.Status, "s.status", JobStatuses.All, counted: true);
        filter.AddProject("project", query.Project, "s.project");
        AddOwner(filter, query.SubmittedBy, caller);
        filter.AddId("parent", query.Parent, "s.parent_id", JobSentences.Parent);
        filter.AddSearch("search", query.Search, Matches);
        return filter;
    }

    private static void AddOwner(ListFilter filter, string? submittedBy, Caller caller)
    {
        if (!filter.TakesText("submittedBy", submittedBy))
        {
            return;
        }

        var isMe = string.Equals(submittedBy, Caller.Me, StringComparison.OrdinalIgnoreCase);
        var name = (isMe ? caller.Subject : submittedBy).ToLowerInvariant();
        // A user's name stands for its subject.
        string[] subjects = [name, Caller.User(name, default).Subject];
        filter.Add(parameter => $"lower(s.submitted_by) = any({parameter(subjects)})", counted: true);
    }

    private static string Matches(Func<object, string> parameter, ListSearch search)
    {
        if (Guid.TryParseExact(search.Text, "D", out var id))
        {
            return $"s.job_id = {parameter(id)}";
        }

        var matches = $"s.search_name like {parameter(search.Pattern)}";
        if (search.TryReadIdPrefix(out var first, out var last))
        {
            var begins = $"job_id between {parameter(first)} and {parameter(last)}";
            var ends = $"reverse(job_id::text) like {parameter(search.ReversedEnd)}";
            // Few have as many digits in common. PostgreSQL cannot estimate that, and would read all jobs in order instead.
            matches +=
                search.Text.Length >= FewAlike
                    ? $" or s.job_id = any(array(select job_id from job_summary where {begins}) || array(select job_id from job_summary where {ends}))"
                    : $" or {begins} or {ends}";
        }

        return $"({matches})";
    }
}
