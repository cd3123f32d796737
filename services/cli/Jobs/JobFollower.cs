using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

/// <summary>
/// Follows a job's log over server-sent events, across lost connections and attempts, until the job ends.
/// </summary>
internal static class JobFollower
{
    private static readonly string[] _final = ["succeeded", "failed", "cancelled"];

    /// <summary>Prints the log live and then how the job ended.</summary>
    /// <param name="rank">The process whose log it is.</param>
    /// <returns>0 only when it succeeded.</returns>
    public static async Task<int> FollowAsync(CommandContext context, PlatformClient client, Guid job, int rank = 0)
    {
        var status = await new Follower(context, client, job, rank).FollowAsync();
        var ended = await client.GetAsync($"/api/jobs/{job}", context.Cancelled);
        await context.Error.WriteLineAsync($"Job {job}: {JobOutput.Status(ended)}");
        if (ended["detail"].Text() is { Length: > 0 } detail)
        {
            await context.Error.WriteLineAsync(detail);
        }

        return string.Equals(status, "succeeded", StringComparison.Ordinal) ? 0 : 1;
    }

    private sealed class Follower(CommandContext context, PlatformClient client, Guid job, int rank)
    {
        /// <summary>How long the platform may be unavailable, as during a restart, before following gives up.</summary>
        private static readonly TimeSpan _retryLimit = TimeSpan.FromSeconds(60);

        private int _attempt;
        private long _offset;
        private string _shown = "";

        /// <returns>The job's last status.</returns>
        public async Task<string> FollowAsync()
        {
            var silence = Stopwatch.StartNew();
            while (true)
            {
                try
                {
                    if (await FollowOnceAsync() is { } status)
                    {
                        return status;
                    }

                    silence.Restart();
                }
                catch (PlatformUnavailableException) when (silence.Elapsed < _retryLimit)
                {
                    // Retried below.
                }

                await Task.Delay(200, context.Cancelled);
            }
        }

        /// <returns>The job's status when it has ended and its log is printed, else null.</returns>
        private async Task<string?> FollowOnceAsync()
        {
            var state = await client.GetAsync($"/api/jobs/{job}", context.Cancelled);
            var status = state.Field("status");
            var hasEnded = _final.Contains(status, StringComparer.Ordinal);
            await BeginAttemptAsync(state);
            // A log is complete when its stream ends with the end event, also for a job that had already ended.
            if (hasEnded || status is "running")
            {
                return await FollowAttemptAsync() && hasEnded ? status : null;
            }

            var waiting = JobOutput.Status(state);
            if (!string.Equals(waiting, _shown, StringComparison.Ordinal))
            {
                _shown = waiting;
                await context.Error.WriteLineAsync($"Job {job}: {waiting}");
            }

            return null;
        }

        private async Task BeginAttemptAsync(JsonNode state)
        {
            var now = int.TryParse(state["attempt"].Text(), CultureInfo.InvariantCulture, out var attempt)
                ? attempt
                : 1;
            if (now == _attempt)
            {
                return;
            }

            (_attempt, _offset) = (now, 0);
            if (now > 1)
            {
                await context.Error.WriteLineAsync($"Attempt {now}");
            }
        }

        /// <summary>Prints the attempt's log from the last printed offset.</summary>
        /// <returns>
        /// Whether the log was complete; after a lost connection it continues from the printed offset.
        /// </returns>
        private async Task<bool> FollowAttemptAsync()
        {
            var process = rank == 0 ? "" : $"&rank={rank}";
            var path = $"/api/jobs/{job}/logs?follow=true{process}&attempt={_attempt}&from={_offset}";
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
            using var response = await client.SendAsync(request, context.Cancelled);
            try
            {
                await using var stream = await response.Content.ReadAsStreamAsync(context.Cancelled);
                await foreach (var item in SseParser.Create(stream).EnumerateAsync(context.Cancelled))
                {
                    if (string.Equals(item.EventType, "end", StringComparison.Ordinal))
                    {
                        return true;
                    }

                    await context.Out.WriteLineAsync(item.Data);
                    _offset = long.TryParse(item.EventId, CultureInfo.InvariantCulture, out var next) ? next : _offset;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                // The caller tries again.
            }

            return false;
        }
    }
}
