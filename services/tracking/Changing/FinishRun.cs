using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Changing;

/// <summary>How the training ended.</summary>
internal sealed record FinishRunRequest
{
    /// <summary><c>finished</c>, <c>failed</c> or <c>interrupted</c>.</summary>
    public string Status { get; init; } = "finished";

    /// <summary>
    /// The attempt of the run's job that ended (<c>PLATFORM_ATTEMPT</c>), so that a late request of an earlier one
    /// changes nothing.
    /// </summary>
    public int? Attempt { get; init; }

    /// <summary>When it ended; now, unless it is said.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The training's own word for its end, such as <c>crashed</c>.</summary>
    public string? Reason { get; init; }
}

/// <summary>Ends a run.</summary>
internal static class FinishRunEndpoint
{
    public static void MapFinishRun(this IEndpointRouteBuilder runs) =>
        runs.MapPost("/{id}/finish", HandleAsync)
            .RequireAuthorization(Policies.TrackRun)
            .WithName("FinishRun")
            .WithSummary("End a run as finished, failed or interrupted");

    private static async Task<Results<Ok<RunView>, ProblemHttpResult>> HandleAsync(
        string id,
        FinishRunRequest? request,
        RunChanges changes,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!RunRules.TryNormalizeId(id, out var runId))
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        if (!context.Request.TryGetIfMatch(out var ifVersion))
        {
            return ProblemResults.UnknownVersion();
        }

        if (!RunNames.TryParseStatus((request ?? new()).Status, out var status) || !Run.IsEnd(status))
        {
            return ProblemResults.Invalid("status", RunSentences.InvalidEnd);
        }

        if (request?.Attempt < 1)
        {
            return ProblemResults.Invalid("attempt", TextSentences.Attempt);
        }

        if (request?.Reason is not null && !RunRules.IsName(request.Reason))
        {
            return ProblemResults.Invalid("reason", RunSentences.Name);
        }

        var command = new FinishRun(
            status,
            request?.Attempt,
            context.Caller().Rank,
            request?.EndedAt?.ToUniversalTime(),
            request?.Reason
        );
        return await changes.HandleAsync(runId, command, ifVersion, context, cancellationToken);
    }
}
