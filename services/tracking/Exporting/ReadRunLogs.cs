using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Exporting;

/// <summary>The logs that came with an imported run.</summary>
internal sealed record RunLogList(IReadOnlyList<RunLog> Items);

/// <summary>Reads the logs of imported runs.</summary>
internal static class ReadRunLogs
{
    public static void MapReadRunLogs(this IEndpointRouteBuilder runs)
    {
        runs.MapGet("/{id}/logs", ListAsync)
            .RequireAuthorization(Policies.ReadRun)
            .WithName("ListRunLogs")
            .WithSummary("The logs that came with an imported run; those of a job are at /api/jobs/{id}/logs");
        runs.MapGet("/{id}/logs/{name}", ReadAsync)
            .RequireAuthorization(Policies.ReadRun)
            .WithName("ReadRunLog")
            .WithSummary("A log that came with an imported run")
            .Produces<Stream>(StatusCodes.Status200OK, "text/plain");
    }

    private static async Task<Results<Ok<RunLogList>, ProblemHttpResult>> ListAsync(
        string id,
        RunReader runs,
        RunLogs logs,
        CancellationToken cancellationToken
    )
    {
        if (!RunRules.TryNormalizeId(id, out var runId) || !await runs.ExistsAsync(runId, cancellationToken))
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        var all = new List<RunLog>();
        await foreach (var log in logs.ListAsync(runId, cancellationToken))
        {
            all.Add(log);
        }

        return TypedResults.Ok(new RunLogList(all));
    }

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> ReadAsync(
        string id,
        string name,
        RunReader runs,
        RunLogs logs,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        if (!RunRules.TryNormalizeId(id, out var runId) || !await runs.ExistsAsync(runId, cancellationToken))
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        return ClientText.IsText(name) && await logs.CopyAsync(runId, name, response.Body, cancellationToken)
            ? TypedResults.Empty
            : ProblemResults.NotFound(RunSentences.LogNotFound.With(ClientText.Brief(name)));
    }
}
