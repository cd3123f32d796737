using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Contracts.Sentences;
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
        PathCounts counts,
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

        var found = await counts.ReadAsync(below, deleted ?? false, cancellationToken);
        var paths = PathTree.Of(found, below, depth, RunNames.Statuses).Take(MaxPaths + 1).ToList();
        return paths.Count <= MaxPaths
            ? TypedResults.Ok(new PathsView(paths))
            : ProblemResults.Invalid("depth", RunSentences.TooManyPaths.With(MaxPaths));
    }
}
