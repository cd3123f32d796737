using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Browsing;

/// <summary>The query of <c>GET /api/jobs</c>, not validated yet.</summary>
internal sealed record ListJobsQuery
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

    /// <summary>A part of the name in any case, or the beginning or end of the id; a complete id finds that job only.</summary>
    public string? Search { get; init; }

    /// <summary>
    /// <c>submittedAt</c>, <c>startedAt</c>, <c>endedAt</c>, <c>name</c> or <c>priority</c>; prefix with <c>-</c> for
    /// descending. <c>-submittedAt</c> when left out.
    /// </summary>
    public string? Sort { get; init; }

    /// <summary>1 to 200; 50 when left out.</summary>
    public string? Limit { get; init; }

    /// <summary><c>nextCursor</c> of the previous page.</summary>
    public string? Cursor { get; init; }

    /// <summary>How many rows to skip, to jump within a long list. Not together with a cursor.</summary>
    public string? Offset { get; init; }
}

/// <summary><c>GET /api/jobs</c>.</summary>
internal static class ListJobsEndpoint
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 200;
    private const int MaxSearchLength = 200;

    private static readonly string[] _statuses =
    [
        "pending",
        "queued",
        "placed",
        "running",
        "succeeded",
        "failed",
        "cancelled",
    ];

    public static void MapListJobs(this IEndpointRouteBuilder jobs) =>
        jobs.MapGet("/", HandleAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("ListJobs")
            .WithSummary("List jobs by filter, page by page");

    private static async Task<Results<Ok<Page<JobItem>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] ListJobsQuery query,
        JobPages pages,
        ClaimsPrincipal principal,
        CancellationToken cancellationToken
    )
    {
        if (!TryReadLimit(query.Limit, out var limit))
        {
            return ProblemResults.Invalid("limit", $"A limit is 1 to {MaxLimit}.");
        }

        if (!TryReadOffset(query, out var offset))
        {
            return ProblemResults.Invalid("offset", "An offset is a whole number from 0, and not sent with a cursor.");
        }

        if (JobSort.Find(query.Sort) is not { } sort)
        {
            return ProblemResults.Invalid("sort", $"Sort by one of {JobSort.Names}; prefix with '-' for descending.");
        }

        var filter = new JobFilter();
        if (filter.Add(query, Caller.Of(principal)) is { } problem)
        {
            return problem;
        }

        var after = new JobFilter(filter);
        if (query.Cursor is not null && !sort.TryContinue(query.Cursor, after))
        {
            return ProblemResults.Invalid("cursor", "This is not a cursor of this list with this sort order.");
        }

        return TypedResults.Ok(await pages.ReadAsync(filter, after, sort, limit, offset, cancellationToken));
    }

    private static bool TryReadLimit(string? text, out int limit)
    {
        limit = DefaultLimit;
        return text is null
            || (
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                && limit is >= 1 and <= MaxLimit
            );
    }

    private static bool TryReadOffset(ListJobsQuery query, out int offset)
    {
        offset = 0;
        return query.Offset is null
            || (
                query.Cursor is null
                && int.TryParse(query.Offset, NumberStyles.None, CultureInfo.InvariantCulture, out offset)
            );
    }

    /// <summary>Adds the conditions of the query.</summary>
    /// <returns>The problem; null when the query is valid.</returns>
    private static ProblemHttpResult? Add(this JobFilter filter, ListJobsQuery query, Caller caller)
    {
        if (!string.IsNullOrEmpty(query.Status))
        {
            var wanted = query.Status.Split(',');
            if (wanted.Except(_statuses, StringComparer.Ordinal).Any())
            {
                return ProblemResults.Invalid("status", $"A status is one of {string.Join(", ", _statuses)}.");
            }

            filter.HasStatus(wanted);
        }

        if (!string.IsNullOrEmpty(query.Project))
        {
            if (ClientText.ProblemWithProject(query.Project) is { } problem)
            {
                return ProblemResults.Invalid("project", problem);
            }

            filter.IsIn(query.Project);
        }

        if (!string.IsNullOrEmpty(query.SubmittedBy))
        {
            if (query.SubmittedBy.Length > MaxSearchLength || !ClientText.IsText(query.SubmittedBy))
            {
                return ProblemResults.Invalid("submittedBy", $"A name is a text of 1 to {MaxSearchLength} characters.");
            }

            filter.IsOf(
                string.Equals(query.SubmittedBy, Caller.Me, StringComparison.OrdinalIgnoreCase)
                    ? caller.Subject
                    : query.SubmittedBy
            );
        }

        if (!string.IsNullOrEmpty(query.Parent))
        {
            if (!Guid.TryParse(query.Parent, out var parent))
            {
                return ProblemResults.Invalid("parent", "A parent is the id of a job.");
            }

            filter.IsChildOf(parent);
        }

        if (!string.IsNullOrEmpty(query.Search))
        {
            if (query.Search.Length > MaxSearchLength || !ClientText.IsText(query.Search))
            {
                return ProblemResults.Invalid("search", $"A search is a text of 1 to {MaxSearchLength} characters.");
            }

            filter.Matches(query.Search);
        }

        return null;
    }
}
