using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using NpgsqlTypes;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

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
    private const string DefaultSort = "-createdAt";

    private static readonly Dictionary<string, string> _sortKeys = new(StringComparer.Ordinal)
    {
        ["createdAt"] = "r.created_at",
        ["updatedAt"] = "r.updated_at",
        ["name"] = "r.name",
        ["project"] = "coalesce(r.project, '')",
        ["status"] = "r.status",
    };

    public static void MapListRuns(this IEndpointRouteBuilder runs) =>
        runs.MapGet("/", HandleAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("ListRuns")
            .WithSummary("List runs by filter, sorted, page by page");

    private static async Task<Results<Ok<Page<RunView>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] RunQuery query,
        TrackingStore store,
        CancellationToken cancellationToken
    )
    {
        var sort = query.Sort ?? DefaultSort;
        var descending = sort.StartsWith('-');
        if (!_sortKeys.TryGetValue(sort[(descending ? 1 : 0)..], out var column))
        {
            return ProblemResults.Invalid("sort", $"Sort by one of {string.Join(", ", _sortKeys.Keys)}.");
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

        if (Filter.From(query, out var filter) is var (field, message))
        {
            return ProblemResults.Invalid(field, message);
        }

        await using var batch = store.DataSource.CreateBatch();
        batch.BatchCommands.Add(filter.Command($"select count(*) from run r where {filter.Sql}"));
        var after = "";
        object? afterKey = null;
        var afterId = "";
        if (query.Cursor is not null)
        {
            if (!TryReadCursor(query.Cursor, sort, out afterKey, out afterId))
            {
                return ProblemResults.Invalid("cursor", "This is not a cursor of this list with this sort order.");
            }

            var n = filter.Count;
            after = $"and ({column}, r.id) {(descending ? '<' : '>')} (${n + 1}, ${n + 2})";
        }

        var direction = descending ? "desc" : "asc";
        var page = filter.Command(
            $"""
            select {RunReader.Columns}, {column} from {RunReader.From} where {filter.Sql} {after}
            order by {column} {direction}, r.id {direction} limit {limit + 1} offset {query.Offset ?? 0}
            """
        );
        if (afterKey is not null)
        {
            page.Parameters.Add(new() { Value = afterKey });
            page.Parameters.Add(new() { Value = afterId });
        }

        batch.BatchCommands.Add(page);
        return TypedResults.Ok(
            await Page.ReadAsync(
                batch,
                limit,
                RunReader.Read,
                (row, last) => WriteCursor(sort, row.GetValue(row.FieldCount - 1), last.Id),
                cancellationToken
            )
        );
    }

    private static string WriteCursor(string sort, object key, string id) =>
        Cursor.Encode(sort, key is DateTime time ? time.ToString("O", CultureInfo.InvariantCulture) : (string)key, id);

    private static bool TryReadCursor(string cursor, string sort, out object? key, out string id)
    {
        key = null;
        id = "";
        if (
            !Cursor.TryDecode(cursor, 3, out var parts)
            || !string.Equals(parts[0], sort, StringComparison.Ordinal)
            || parts.Any(part => part.Contains('\0'))
        )
        {
            return false;
        }

        id = parts[2];
        if (!sort.EndsWith("At", StringComparison.Ordinal))
        {
            key = parts[1];
            return true;
        }

        if (
            !DateTime.TryParseExact(
                parts[1],
                "O",
                CultureInfo.InvariantCulture,
                DateTimeStyles.RoundtripKind,
                out var time
            ) || time.Kind is not DateTimeKind.Utc
        )
        {
            return false;
        }

        key = time;
        return true;
    }

    /// <summary>The conditions of a query: fixed SQL, with the caller's values as parameters.</summary>
    private sealed class Filter
    {
        private readonly List<string> _conditions = ["true"];
        private readonly List<Func<NpgsqlParameter>> _parameters = [];

        public string Sql => string.Join(" and ", _conditions);

        public int Count => _parameters.Count;

        public static (string Field, string Message)? From(RunQuery query, out Filter filter)
        {
            filter = new Filter();
            if (query.Project is { } project)
            {
                if (ClientText.ProblemWithProject(project) is { } problem)
                {
                    return ("project", problem);
                }

                var isProject = $"r.project = {filter.Parameter(project)}";
                filter._conditions.Add(
                    query.Exact is true
                        ? isProject
                        : $"({isProject} or r.project like {filter.Parameter(Escape(project) + "/%")})"
                );
            }

            if (query.Status is { } status)
            {
                if (!RunNames.TryParseStatus(status, out _))
                {
                    return ("status", "A status is scheduled, running, finished, failed or interrupted.");
                }

                filter._conditions.Add($"r.status = {filter.Parameter(status)}");
            }

            if (query.JobId is { } job)
            {
                filter._conditions.Add($"r.job_id = {filter.Parameter(job)}");
            }

            foreach (var tag in query.Tag ?? [])
            {
                if (!filter.AddTag(tag))
                {
                    return ("tag", "Give a tag as key or key=value.");
                }
            }

            if (query.Search is { Length: > 0 } search)
            {
                if (!RunRules.IsText(search, RunRules.MaxName))
                {
                    return ("search", "A search has 1 to 250 characters without control characters.");
                }

                var pattern = filter.Parameter($"%{Escape(search)}%");
                filter._conditions.Add($"(r.name ilike {pattern} or r.id ilike {pattern})");
            }

            return null;
        }

        public NpgsqlBatchCommand Command(string sql)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var parameter in _parameters)
            {
                command.Parameters.Add(parameter());
            }

            return command;
        }

        private bool AddTag(string tag)
        {
            var divider = tag.IndexOf('=');
            var key = divider < 0 ? tag : tag[..divider];
            if (!RunRules.IsKey(key) || tag.Contains('\0'))
            {
                return false;
            }

            if (divider < 0)
            {
                _conditions.Add($"r.tags ? {Parameter(key)}");
                return true;
            }

            var pair = JsonSerializer.Serialize(
                new Dictionary<string, string>(StringComparer.Ordinal) { [key] = tag[(divider + 1)..] }
            );
            _conditions.Add($"r.tags @> {Parameter(pair, NpgsqlDbType.Jsonb)}");
            return true;
        }

        private string Parameter(object value, NpgsqlDbType? type = null)
        {
            _parameters.Add(() =>
                type is { } known
                    ? new NpgsqlParameter { Value = value, NpgsqlDbType = known }
                    : new NpgsqlParameter { Value = value }
            );
            return $"${_parameters.Count}";
        }

        private static string Escape(string text) =>
            text.Replace(@"\", @"\\", StringComparison.Ordinal)
                .Replace("%", @"\%", StringComparison.Ordinal)
                .Replace("_", @"\_", StringComparison.Ordinal);
    }
}
