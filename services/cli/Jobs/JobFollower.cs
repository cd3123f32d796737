using System.Globalization;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

/// <summary>Follows a job's log over server-sent events, over lost connections and over attempts, to the job's end.</summary>
internal static class JobFollower
{
    private static readonly string[] _final = ["succeeded", "failed", "cancelled"];

    /// <summary>Prints the log live and then how the job ended.</summary>
    /// <returns>0 only when it succeeded.</returns>
    public static async Task<int> FollowAsync(CommandContext context, PlatformClient client, Guid job)
    {
        var status = await FollowLogAsync(context, client, job);
        var ended = await client.GetAsync($"/api/jobs/{job}", context.Cancelled);
        await context.Error.WriteLineAsync($"Job {job}: {JobOutput.Status(ended)}");
        return string.Equals(status, "succeeded", StringComparison.Ordinal) ? 0 : 1;
    }

    private static async Task<string> FollowLogAsync(CommandContext context, PlatformClient client, Guid job)
    {
        var attempt = 0;
        long offset = 0;
        var shownReason = "";
        while (true)
        {
            var state = await client.GetAsync($"/api/jobs/{job}", context.Cancelled);
            var (status, now) = (state.Field("status"), AttemptOf(state));
            if (now != attempt)
            {
                (attempt, offset) = (now, 0);
                if (attempt > 1)
                {
                    await context.Error.WriteLineAsync($"Attempt {attempt}");
                }
            }

            // A log is complete once its stream said so, also of a job that ended before we asked.
            if (status is "running" || _final.Contains(status, StringComparer.Ordinal))
            {
                (offset, var complete) = await FollowAttemptAsync(context, client, job, attempt, offset);
                if (complete && _final.Contains(status, StringComparer.Ordinal))
                {
                    return status;
                }
            }
            else if (
                JobOutput.Status(state) is var reason
                && !string.Equals(reason, shownReason, StringComparison.Ordinal)
            )
            {
                shownReason = reason;
                await context.Error.WriteLineAsync($"Job {job}: {reason}");
            }

            await Task.Delay(200, context.Cancelled);
        }
    }

    private static int AttemptOf(JsonNode job) =>
        int.TryParse(job["attempt"].Text(), CultureInfo.InvariantCulture, out var attempt) ? attempt : 1;

    /// <summary>Prints one attempt's log from an offset.</summary>
    /// <returns>Where it stopped, and whether the attempt's log was complete there.</returns>
    private static async Task<(long Offset, bool Complete)> FollowAttemptAsync(
        CommandContext context,
        PlatformClient client,
        Guid job,
        int attempt,
        long offset
    )
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"/api/jobs/{job}/logs?follow=true&attempt={attempt}&from={offset}"
        );
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var response = await client.SendAsync(request, context.Cancelled);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(context.Cancelled);
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(context.Cancelled))
            {
                if (string.Equals(item.EventType, "end", StringComparison.Ordinal))
                {
                    return (offset, true);
                }

                await context.Out.WriteLineAsync(item.Data);
                offset = long.TryParse(item.EventId, CultureInfo.InvariantCulture, out var next) ? next : offset;
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // A cut connection: the next one goes on from the offset that was printed.
        }

        return (offset, false);
    }
}
