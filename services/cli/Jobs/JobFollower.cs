using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

/// <summary>Prints a job's log while it grows, byte by byte as it is, across lost connections and attempts, until the job ends.</summary>
internal static class JobFollower
{
    private static readonly string[] _final = ["succeeded", "failed", "cancelled"];

    public static bool HasEnded(JsonNode job) => _final.Contains(job.Field("status"), StringComparer.Ordinal);

    /// <summary>Prints the log live and then how the job ended.</summary>
    /// <param name="rank">The process whose log it is.</param>
    /// <param name="lines">Begin with so many of the last lines; with all when left out.</param>
    /// <returns>0 only when it succeeded.</returns>
    public static async Task<int> FollowAsync(
        CommandContext context,
        PlatformClient client,
        Guid job,
        int rank = 0,
        int? lines = null
    )
    {
        var ended = await new Follower(context, client, job, rank, lines).FollowAsync();
        return await PrintEndAsync(context, ended);
    }

    /// <summary>Prints how a job ended.</summary>
    /// <returns>0 only when it succeeded.</returns>
    public static async Task<int> PrintEndAsync(CommandContext context, JsonNode job)
    {
        await context.Error.WriteLineAsync($"Job {job.Field("id")}: {JobOutput.Status(job)}");
        if (job["detail"].Text() is { Length: > 0 } detail)
        {
            await context.Error.WriteLineAsync(detail);
        }

        return job.Field("status") is "succeeded" ? 0 : 1;
    }

    private sealed class Follower(CommandContext context, PlatformClient client, Guid job, int rank, int? lines)
    {
        private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

        private readonly Patience _patience = new(context.Error, client, TimeProvider.System);
        private int _attempt;
        private long _offset;
        private bool _isFirstPart = true;
        private bool _isPrinted;
        private string _shown = "";

        /// <returns>The job, which has ended.</returns>
        public async Task<JsonNode> FollowAsync()
        {
            while (true)
            {
                if (await _patience.TryAsync(FollowOnceAsync) is { } ended)
                {
                    return ended;
                }

                await Task.Delay(_pause, context.Cancelled);
            }
        }

        /// <returns>The job when it has ended and its log is printed, else null.</returns>
        private async Task<JsonNode?> FollowOnceAsync()
        {
            var state = await client.GetAsync($"/api/jobs/{job}", context.Cancelled);
            var hasEnded = HasEnded(state);
            await BeginAttemptAsync(state);
            if (hasEnded || state.Field("status") is "running")
            {
                while (!_isPrinted && await PrintPartAsync(wait: true))
                {
                    // The next part.
                }

                return _isPrinted && hasEnded ? state : null;
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

            while (_attempt > 0 && !_isPrinted && await PrintPartAsync(wait: false))
            {
                // What the attempt before wrote while the platform was away.
            }

            (_attempt, _offset, _isPrinted) = (now, 0, false);
            if (now > 1)
            {
                await context.Error.WriteLineAsync($"Attempt {now}");
            }
        }

        /// <summary>Prints what the attempt's log has after what is printed already.</summary>
        /// <param name="wait">Wait a while for more when there is nothing yet.</param>
        /// <returns>False when there was nothing, so that the job's state should be looked at.</returns>
        private async Task<bool> PrintPartAsync(bool wait)
        {
            var source = new JobLogSource(client, job, _attempt, rank);
            if (_isFirstPart && lines is { } last)
            {
                _offset = await source.FindLastLinesAsync(last, context.Cancelled);
            }

            _isFirstPart = false;
            var before = _offset;
            var part = await source.ReadAsync(_offset, wait, context.Cancelled);
            using (part.Response)
            {
                await part.CopyAsync(context.OutputBytes, Advance, context.Cancelled);
            }

            _isPrinted = part.IsComplete && _offset >= part.End;
            return _offset > before;
        }

        private void Advance(int read)
        {
            _offset += read;
            _patience.Renew();
        }
    }
}
