using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Logs;

/// <summary>
/// <c>GET /api/jobs/{id}/logs</c>: the raw bytes of the process <c>?rank=</c> (0 when left out), <c>?from=</c> an offset.
/// <c>X-Log-Attempt</c> names the attempt,
/// <c>X-Log-Offset</c> the end of the bytes, and <c>X-Log-Complete</c> tells whether that is the end of the log; <c>?wait=true</c>
/// waits a while for more where there is nothing after <c>from</c>. With
/// <c>?follow=true</c>, or for a client that accepts <c>text/event-stream</c>, see <see cref="LogFollower"/>.
/// </summary>
internal static class GetLogEndpoint
{
    public static void MapGetLog(this IEndpointRouteBuilder jobs) =>
        jobs.MapGet("/{id:guid}/logs", HandleAsync)
            .RequireAuthorization(Policies.ReadJob)
            .WithName("GetJobLog")
            .WithSummary("An attempt's log as text; with follow=true as server-sent events while it grows")
            .Produces<string>(StatusCodes.Status200OK, "text/plain", "text/event-stream");

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> HandleAsync(
        Guid id,
        int? attempt,
        long? from,
        bool? follow,
        bool? progress,
        bool? wait,
        LogStore logs,
        LogFollower follower,
        LogWaiter waiter,
        HttpContext http,
        CancellationToken cancellationToken,
        int rank = 0
    )
    {
        if (from < 0)
        {
            return ProblemResults.Invalid("from", JobSentences.OffsetNegative);
        }

        if (await logs.FindStateAsync(id, attempt, rank, cancellationToken) is not { } state)
        {
            return ProblemResults.NotFound(JobSentences.NotFound.With(id));
        }

        if (attempt > state.CurrentAttempt)
        {
            return ProblemResults.NotFound(JobSentences.NoAttempt.With(attempt));
        }

        if (!state.HasRank)
        {
            return ProblemResults.NotFound(JobSentences.NoRank.With(rank));
        }

        if (follow ?? AcceptsEvents(http.Request))
        {
            var cursor = LogCursor.Of(http.Request, state.Attempt, isPinned: attempt is not null, from);
            if (cursor is null || cursor.Attempt > state.CurrentAttempt)
            {
                return ProblemResults.Invalid("Last-Event-ID", JobSentences.OtherEventId);
            }

            await follower.FollowAsync(id, rank, cursor, progress ?? false, http.Response, cancellationToken);
        }
        else
        {
            if (wait is true)
            {
                state =
                    await waiter.WaitAsync(new LogKey(id, state.Attempt, rank), from ?? 0, cancellationToken) ?? state;
            }

            await WriteAsync(id, rank, state, from ?? 0, logs, http.Response, cancellationToken);
        }

        return TypedResults.Empty;
    }

    private static bool AcceptsEvents(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType == "text/event-stream");

    private static async Task WriteAsync(
        Guid jobId,
        int rank,
        LogState state,
        long from,
        LogStore logs,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        response.ContentType = "text/plain; charset=utf-8";
        response.ContentLength = Math.Max(0, state.Offset - from);
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Log-Attempt"] = state.Attempt.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-Log-Offset"] = state.Offset.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-Log-Complete"] = state.IsFinal ? "true" : "false";
        // A log holds arbitrary output; a browser must not render it as a page.
        response.Headers.XContentTypeOptions = "nosniff";
        var log = new LogKey(jobId, state.Attempt, rank);
        await foreach (var piece in logs.ReadAsync(log, from, state.Offset, cancellationToken))
        {
            await response.BodyWriter.WriteAsync(piece, cancellationToken);
        }
    }
}
