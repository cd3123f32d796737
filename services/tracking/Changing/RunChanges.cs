using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Changing;

/// <summary>Executes commands of clients to existing runs, and returns the changed run.</summary>
internal sealed class RunChanges(RunHandler handler, RunReader reader)
{
    /// <summary>Executes a command under the request's <c>If-Match</c>.</summary>
    public async Task<Results<Ok<RunView>, ProblemHttpResult>> HandleAsync(
        string id,
        RunCommand command,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!RunRules.TryNormalizeId(id, out var runId))
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        return context.Request.TryGetIfMatch(out var ifVersion)
            ? await HandleAsync(runId, command, ifVersion, context, cancellationToken)
            : ProblemResults.UnknownVersion();
    }

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
                ? ProblemResults.NotFound(RunSentences.NotFound.With(runId))
                : ProblemResults.From(refusal);
        }

        context.Response.SetETag(outcome.Version);
        return TypedResults.Ok((await reader.FindAsync(runId, cancellationToken))!);
    }
}
