using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Browsing;

/// <summary>The answer of <c>GET /api/paths</c>.</summary>
internal sealed record PathsView(IReadOnlyList<PathView> Paths);

/// <summary><c>GET /api/paths</c>: the projects that have runs, as a tree.</summary>
internal static class ListPathsEndpoint
{
    private const int MaxPaths = 10_000;
    private const int MaxDepth = 100;

    public static void MapListPaths(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/paths", HandleAsync)
            .RequireAuthorization(Policies.Read)
            .WithTags("runs")
            .WithName("ListPaths")
            .WithSummary("The paths of projects with how many runs each has, with and without those below it");

    /// <param name="below">Only paths below this one.</param>
    /// <param name="depth">How many levels: 1 for those directly below it. All when left out.</param>
    /// <param name="deleted"><c>true</c> for runs in the recycle bin instead of the others.</param>
    private static async Task<Results<Ok<PathsView>, ProblemHttpResult>> HandleAsync(
        [FromQuery] string? below,
        [FromQuery] int? depth,
        [FromQuery] bool? deleted,
        TrackingStore store,
        CancellationToken cancellationToken
    )
    {
        var errors = new FieldErrors();
        if (below is not null && ClientText.ProblemWithProject(below) is { } problem)
        {
            errors.TryAdd("below", problem);
        }

        if (depth is < 1 or > MaxDepth)
        {
            errors.TryAdd("depth", RunSentences.PathDepth.With(MaxDepth));
        }

        if (errors.Count > 0)
        {
            return ProblemResults.Invalid(errors);
        }

        var counts = await ReadCountsAsync(store, below, deleted ?? false, cancellationToken);
        var paths = PathTree.Of(counts, below, depth, RunNames.Statuses).Take(MaxPaths + 1).ToList();
        return paths.Count <= MaxPaths
            ? TypedResults.Ok(new PathsView(paths))
            : ProblemResults.Invalid("depth", RunSentences.TooManyPaths.With(MaxPaths));
    }

    private static async Task<List<ProjectCount>> ReadCountsAsync(
        TrackingStore store,
        string? below,
        bool isDeleted,
        CancellationToken cancellationToken
    )
    {
        // In the order of bytes, '0' follows '/'.
        await using var command = store.DataSource.CreateCommand(
            """
            select r.project, r.status, sum(r.count)::bigint as count from run_count r
            where r.is_deleted = $1 and r.project <> ''
              and ($2 is null or r.project collate "C" >= $2 || '/' and r.project collate "C" < $2 || '0')
            group by 1, 2
            """
        );
        command.Parameters.Add(new() { Value = isDeleted });
        command.Parameters.Add(
            new() { Value = (object?)below ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }
        );
        var counts = new List<ProjectCount>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            counts.Add(new ProjectCount(reader.GetString(0), reader.GetString(1), reader.GetInt64(2)));
        }

        return counts;
    }
}
