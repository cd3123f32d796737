using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Browsing;

/// <summary>Filter, sort order and page of the list of runs.</summary>
internal sealed record RunQuery
{
    /// <summary>A project and those below it.</summary>
    [FromQuery(Name = "project")]
    public string? Project { get; init; }

    /// <summary>Only the project itself, not those below it.</summary>
    [FromQuery(Name = "exact")]
    public bool? Exact { get; init; }

    /// <summary>One status.</summary>
    [FromQuery(Name = "status")]
    public string? Status { get; init; }

    /// <summary><c>key</c> or <c>key=value</c>; runs must match all of them.</summary>
    [FromQuery(Name = "tag")]
    public string[]? Tag { get; init; }

    /// <summary>A part of the name or of the id, in any case.</summary>
    [FromQuery(Name = "search")]
    public string? Search { get; init; }

    [FromQuery(Name = "jobId")]
    public Guid? JobId { get; init; }

    /// <summary>
    /// <c>createdAt</c>, <c>updatedAt</c>, <c>name</c>, <c>project</c> or <c>status</c>; prefix with <c>-</c> for
    /// descending.
    /// </summary>
    [FromQuery(Name = "sort")]
    public string? Sort { get; init; }

    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    /// <summary>How many rows to skip, to jump within a long list. Not together with a cursor.</summary>
    [FromQuery(Name = "offset")]
    public int? Offset { get; init; }
}

/// <summary>Lists runs page by page; the total counts all matching rows.</summary>
internal static class ListRunsEndpoint
{
    private const int MaxLimit = 2000;

    public static void MapListRuns(this IEndpointRouteBuilder runs) =>
        runs.MapGet("/", HandleAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("ListRuns")
            .WithSummary("List runs by filter, sorted, page by page");

    private static async Task<Results<Ok<Page<RunView>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] RunQuery query,
        RunPages pages,
        CancellationToken cancellationToken
    )
    {
        if (!RunSort.TryParse(query.Sort ?? RunSort.Default, out var sort))
        {
            return ProblemResults.Invalid("sort", $"Sort by one of {string.Join(", ", RunSort.Keys)}.");
        }

        var limit = query.Limit ?? 50;
        if (limit is < 1 or > MaxLimit)
        {
            return ProblemResults.Invalid("limit", $"A page has 1 to {MaxLimit} rows.");
        }

        if (query.Offset < 0 || (query.Offset is not null && query.Cursor is not null))
        {
            return ProblemResults.Invalid("offset", "An offset is a whole number from 0, and not sent with a cursor.");
        }

        if (RunFilter.From(query, out var filter) is var (field, message))
        {
            return ProblemResults.Invalid(field, message);
        }

        RunPosition? after = null;
        if (query.Cursor is not null && !sort.TryReadCursor(query.Cursor, out after))
        {
            return ProblemResults.Invalid("cursor", "This is not a cursor of this list with this sort order.");
        }

        return TypedResults.Ok(await pages.ReadAsync(filter, sort, limit, after, query.Offset ?? 0, cancellationToken));
    }
}
