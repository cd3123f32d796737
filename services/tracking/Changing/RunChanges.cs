using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Changing;

/// <summary>Executes commands of clients to existing runs, and returns the changed run.</summary>
internal sealed class RunChanges(RunHandler handler, RunReader reader)
{
    public async Task<Results<Ok<RunView>, ProblemHttpResult>> HandleAsync(
        string runId,
        RunCommand command,
        long? ifVersion,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var outcome = await handler.HandleAsync(
            runId,
            command,
            context.EventMetadata(runId),
            ifVersion,
            cancellationToken
        );
        if (outcome.Refusal is { } refusal)
        {
            return string.Equals(refusal.Code, "run.not-found", StringComparison.Ordinal)
                ? ProblemResults.NotFound("run", runId)
                : ProblemResults.From(refusal);
        }

        context.Response.SetETag(outcome.Version);
        return TypedResults.Ok((await reader.FindAsync(runId, cancellationToken))!);
    }
}
