using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;
using Platform.Tracking.Metrics;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Live;

/// <summary>Streams a run: every batch of new points, every change of its status, and its end.</summary>
internal static class FollowMetricsEndpoint
{
    public static void MapFollowMetrics(this IEndpointRouteBuilder runs) =>
        runs.MapGet("/{id}/metrics/live", HandleAsync)
            .RequireAuthorization(Policies.ReadRun)
            .WithName("FollowMetrics")
            .WithSummary("New points as server-sent events; resumes after Last-Event-ID or ?after=")
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream");

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> HandleAsync(
        string id,
        [FromQuery(Name = "keys")] string[]? keys,
        [FromQuery(Name = "key")] string[]? key,
        [FromQuery(Name = "after")] long? after,
        LiveReader reader,
        RunSignals signals,
        IOptions<TrackingOptions> options,
        IHostApplicationLifetime lifetime,
        HttpContext context
    )
    {
        if (!MetricKeys.TryParse(keys, key, out var wanted))
        {
            return ProblemResults.Invalid("keys", RunSentences.Key);
        }

        var resume = context.Request.Headers["Last-Event-ID"].ToString();
        if (resume.Length > 0)
        {
            if (!long.TryParse(resume, NumberStyles.None, CultureInfo.InvariantCulture, out var last))
            {
                return ProblemResults.Invalid("Last-Event-ID", RunSentences.OtherEventId);
            }

            after = last;
        }

        // Ends with the connection and with the process: an endless stream would delay the shutdown.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted,
            lifetime.ApplicationStopping
        );
        if (!RunRules.TryNormalizeId(id, out var runId))
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        using var listener = signals.Listen(runId);
        if (await reader.StateAsync(runId, ending.Token) is not { } state)
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var stream = new EventStream(context.Response);
        try
        {
            await FollowAsync(
                runId,
                wanted,
                after ?? state.Batch,
                reader,
                listener,
                stream,
                options.Value,
                ending.Token
            );
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client disconnected or the process stops.
        }

        return TypedResults.Empty;
    }

    private static async Task FollowAsync(
        string runId,
        string[]? keys,
        long after,
        LiveReader reader,
        RunSignals.Listener listener,
        EventStream stream,
        TrackingOptions options,
        CancellationToken cancellationToken
    )
    {
        var poll = TimeSpan.FromMilliseconds(options.LivePollMilliseconds);
        var keepAlive = TimeSpan.FromMilliseconds(options.LiveKeepAliveMilliseconds);
        await stream.OpenAsync(cancellationToken);
        var seen = 0L;
        while (await reader.StateAsync(runId, cancellationToken) is { } state)
        {
            // The state is read first, so that all batches of an ended run are sent before the end event.
            while (after < state.Batch)
            {
                var (last, points) = await reader.ReadAsync(runId, keys, after, state.Batch, cancellationToken);
                await SendAsync(points, stream, cancellationToken);
                after = last;
            }

            if (state.Version != seen)
            {
                seen = state.Version;
                await stream.SendStatusAsync("status", state, cancellationToken);
                if (state.EndedAt is not null)
                {
                    await stream.SendStatusAsync("end", state, cancellationToken);
                    return;
                }
            }

            if (Stopwatch.GetElapsedTime(stream.LastSent) > keepAlive)
            {
                await stream.KeepAliveAsync(cancellationToken);
            }

            await listener.WaitAsync(poll, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Sends one event per batch.</summary>
    private static async Task SendAsync(
        IReadOnlyList<LivePoint> points,
        EventStream stream,
        CancellationToken cancellationToken
    )
    {
        for (var from = 0; from < points.Count; )
        {
            var batch = points.Skip(from).TakeWhile(point => point.Batch == points[from].Batch).ToList();
            await stream.SendPointsAsync(batch, cancellationToken);
            from += batch.Count;
        }
    }
}
