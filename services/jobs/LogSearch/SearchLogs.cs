using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;

namespace Platform.Jobs.LogSearch;

/// <summary>The query of <c>GET /api/logs/search</c>; not validated yet.</summary>
internal sealed record SearchLogsQuery
{
    /// <summary>
    /// What a line must have: parts of text between blanks, or in quotation marks, all of them, in any case and order.
    /// </summary>
    public string? Q { get; init; }

    /// <summary>Only logs of jobs of a project and all below it.</summary>
    public string? Project { get; init; }

    /// <summary>Only the logs of this job.</summary>
    public string? Job { get; init; }

    /// <summary>Only lines that were stored at this time or later.</summary>
    public string? From { get; init; }

    /// <summary>Only lines that were stored before this time.</summary>
    public string? To { get; init; }

    /// <summary>How many lines at most: 1 to 200; 50 when left out.</summary>
    public string? Limit { get; init; }

    /// <summary><c>nextCursor</c> of the answer before.</summary>
    public string? Cursor { get; init; }
}

/// <summary>A line that matches.</summary>
/// <param name="JobId">Whose log it is.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Rank">The process of the attempt.</param>
/// <param name="Line">Its number in that log, counted from 1.</param>
/// <param name="Offset">Where it begins in that log, in bytes.</param>
/// <param name="At">When its beginning was stored.</param>
/// <param name="Text">The line without escape sequences; of a long one the part around the first match.</param>
/// <param name="IsCut">True when the line is longer than its text.</param>
/// <param name="Matches">Where the matches are in the text.</param>
internal sealed record LogSearchItem(
    Guid JobId,
    string JobName,
    string Project,
    int Attempt,
    int Rank,
    long Line,
    long Offset,
    DateTimeOffset At,
    string Text,
    bool IsCut,
    IReadOnlyList<LogMatch> Matches
);

/// <summary>Lines that match, newest first.</summary>
/// <param name="Items">The lines.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> to search on; null when everything was searched.</param>
/// <param name="IsComplete">
/// False when the search was stopped because it took long, before it had found as many lines as were asked for.
/// </param>
/// <param name="SearchedTo">Everything that was stored after this time was searched; null when everything was.</param>
/// <param name="UnsearchedBytes">
/// How much of logs is not searched because it has not been indexed yet, as after an upgrade; 0 otherwise.
/// </param>
internal sealed record LogSearchPage(
    IReadOnlyList<LogSearchItem> Items,
    string? NextCursor,
    bool IsComplete,
    DateTimeOffset? SearchedTo,
    long UnsearchedBytes
);

/// <summary><c>GET /api/logs/search</c>: searches the lines of all jobs' logs.</summary>
internal static class SearchLogsEndpoint
{
    private const int MaxLimit = 200;
    private const int DefaultLimit = 50;
    private const int MaxText = 1000;
    private const int MaxMatches = 50;

    /// <summary>How much of a long line is shown before the first match.</summary>
    private const int TextBefore = 200;

    private static readonly string[] _timeForms =
    [
        "yyyy-MM-dd",
        "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    public static void MapSearchLogs(this IEndpointRouteBuilder logs) =>
        logs.MapGet("/search", HandleAsync)
            .RequireAuthorization(Policies.Read)
            .RefuseOtherParameters(typeof(SearchLogsQuery))
            .WithName("SearchLogs")
            .WithSummary("Search the lines of all jobs' logs, newest first")
            .AddOpenApiOperationTransformer(DescribeAsync);

    /// <summary>Parameters are read as texts, to say what is wrong with them; this is what they are.</summary>
    private static Task DescribeAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
        {
            parameter.Required = parameter.Name is "q";
            if (parameter.Name is "limit")
            {
                parameter.Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Minimum = "1",
                    Maximum = $"{MaxLimit}",
                };
            }
        }

        return Task.CompletedTask;
    }

    private static async Task<Results<Ok<LogSearchPage>, ProblemHttpResult>> HandleAsync(
        [AsParameters] SearchLogsQuery query,
        LogSearcher searcher,
        CancellationToken cancellationToken
    )
    {
        var fingerprint = Fingerprint(query);
        var (request, errors) = Read(query, fingerprint);
        if (request is null)
        {
            return ProblemResults.Invalid(errors);
        }

        var result = await searcher.SearchAsync(request, cancellationToken);
        return TypedResults.Ok(
            new LogSearchPage(
                [.. result.Lines.Select(line => Describe(line, result.Jobs[line.Place.JobId], request.Terms))],
                result.Next?.ToCursor(fingerprint),
                result.IsComplete,
                result.Next is { } next && next.At < DateTimeOffset.MaxValue ? next.At : null,
                result.UnsearchedBytes
            )
        );
    }

    private static (LogSearchRequest? Request, FieldErrors Errors) Read(SearchLogsQuery query, string fingerprint)
    {
        var filter = new ListFilter();
        var (terms, problem) = LogTerms.Parse(query.Q);
        if (problem is not null)
        {
            filter.Reject("q", problem);
        }

        filter.Add(_ => "not s.is_deleted");
        filter.AddProject("project", query.Project, "s.project");
        filter.AddId("job", query.Job, "s.job_id", JobSentences.LogSearchJob);
        var (from, to) = (ReadTime(filter, "from", query.From), ReadTime(filter, "to", query.To));
        if (from >= to)
        {
            filter.Reject("to", JobSentences.LogSearchTimes);
        }

        var limit = DefaultLimit;
        if (
            query.Limit is not null
            && (
                !int.TryParse(query.Limit, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                || limit is < 1 or > MaxLimit
            )
        )
        {
            filter.Reject("limit", ListSentences.Between.With(1, MaxLimit));
        }

        var before = to is { } end ? LogPlace.Before(end) : LogPlace.End;
        if (query.Cursor is { } cursor)
        {
            if (LogPlace.OfCursor(cursor, fingerprint) is { } place)
            {
                before = place;
            }
            else
            {
                filter.Reject("cursor", ListSentences.OtherCursor);
            }
        }

        return terms is null || filter.Errors.Count > 0
            ? (null, filter.Errors)
            : (new LogSearchRequest(terms, filter, before, from, limit), filter.Errors);
    }

    private static DateTimeOffset? ReadTime(ListFilter filter, string name, string? value)
    {
        if (value is null)
        {
            return null;
        }

        if (
            DateTimeOffset.TryParseExact(
                value,
                _timeForms,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var time
            )
        )
        {
            return time;
        }

        filter.Reject(name, JobSentences.LogSearchTime);
        return null;
    }

    private static string Fingerprint(SearchLogsQuery query)
    {
        var parts = string.Join('\n', query.Q, query.Project, query.Job, query.From, query.To);
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(parts)).AsSpan(0, 6));
    }

    private static LogSearchItem Describe(FoundLine line, SearchedJob job, LogTerms terms)
    {
        var (text, isCut) = Cut(line.Text, terms);
        return new LogSearchItem(
            line.Place.JobId,
            job.Name,
            job.Project,
            line.Place.Attempt,
            line.Place.Rank,
            line.Number,
            line.Place.Offset,
            line.Place.At,
            text,
            isCut,
            terms.Find(LogText.Fold(text), MaxMatches)
        );
    }

    private static (string Text, bool IsCut) Cut(string line, LogTerms terms)
    {
        if (line.Length <= MaxText)
        {
            return (line, false);
        }

        var first = terms.Find(LogText.Fold(line), 1) is [var match] ? match.Start : 0;
        var start = Math.Clamp(first - TextBefore, 0, line.Length - MaxText);
        var end = start + MaxText;
        // No half of a character.
        start += char.IsLowSurrogate(line[start]) ? 1 : 0;
        end -= end < line.Length && char.IsLowSurrogate(line[end]) ? 1 : 0;
        return (line[start..end], true);
    }
}
