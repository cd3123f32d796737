using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Exporting;

/// <summary>Which runs are exported: those of a project, or some by their ids.</summary>
internal sealed record ExportRunsQuery
{
    /// <summary>A project and those below it; its runs that are not in the recycle bin.</summary>
    [FromQuery(Name = "project")]
    public string? Project { get; init; }

    /// <summary>Only the project itself, not those below it.</summary>
    [FromQuery(Name = "exact")]
    public bool? Exact { get; init; }

    /// <summary>Ids of runs, separated by commas; may be repeated.</summary>
    [FromQuery(Name = "ids")]
    public string[]? Ids { get; init; }
}

/// <summary>Exports runs as an archive, which <c>POST /api/runs/import</c> takes.</summary>
internal static class ExportRunsEndpoint
{
    public static void MapExportRuns(this IEndpointRouteBuilder runs) =>
        runs.MapGet("/export", HandleAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("ExportRuns")
            .WithSummary("All runs of a project, or some by id, as an archive that can be imported elsewhere")
            .Produces<Stream>(StatusCodes.Status200OK, RunArchive.MediaType);

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> HandleAsync(
        [AsParameters] ExportRunsQuery query,
        ExportedRuns runs,
        RunReader reader,
        RunArchiveWriter archive,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        var ids = new List<string>();
        foreach (
            var text in (query.Ids ?? []).SelectMany(list =>
                list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            )
        )
        {
            if (!RunRules.TryNormalizeId(text, out var id))
            {
                return ProblemResults.Invalid("ids", RunSentences.Id);
            }

            ids.Add(id);
        }

        var project = string.IsNullOrEmpty(query.Project) ? null : query.Project;
        if (project is null == (ids.Count == 0) || ids.Count > Batches.MaxIds)
        {
            return ProblemResults.Invalid("ids", RunSentences.ProjectOrIds.With(Batches.MaxIds));
        }

        if (await reader.FindMissingAsync(ids, cancellationToken) is { } missing)
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(missing));
        }

        if (project is not null && ClientText.ProblemWithProject(project) is { } problem)
        {
            return ProblemResults.Invalid("project", problem);
        }

        response.SetFile(RunArchive.MediaType, $"runs-{(project ?? "selected").Replace('/', '-')}.zip");
        await archive.WriteAsync(
            project,
            project is null
                ? ids.Distinct(StringComparer.Ordinal).ToAsyncEnumerable()
                : runs.FindAsync(project, query.Exact ?? false, cancellationToken),
            // Archives are flushed without waiting where they end, which the body itself refuses.
            response.BodyWriter.AsStream(leaveOpen: true),
            cancellationToken
        );
        return TypedResults.Empty;
    }
}
