using Microsoft.Extensions.Options;

namespace Platform.Jobs.Logs;

/// <summary>Waits until a log has more than a client has read, for clients that read a log's bytes while it grows.</summary>
internal sealed class LogWaiter(
    LogStore logs,
    LogSignals signals,
    IHostApplicationLifetime lifetime,
    IOptions<JobsOptions> options,
    TimeProvider clock
)
{
    /// <summary>
    /// Returns the log's state once it has bytes after an offset, is final or was silent for <see cref="JobsOptions.LogKeepAlive"/>.
    /// </summary>
    /// <returns>Null when the job does not exist any more.</returns>
    public async Task<LogState?> WaitAsync(LogKey log, long from, CancellationToken cancellationToken)
    {
        using var follower = signals.Follow(log.JobId);
        // A waiting client must not delay the shutdown of this process: it asks again.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            lifetime.ApplicationStopping
        );
        var began = clock.GetTimestamp();
        while (true)
        {
            var change = follower.NextChange;
            var state = await logs.FindStateAsync(log.JobId, log.Attempt, log.Rank, cancellationToken);
            var left = options.Value.LogKeepAlive - clock.GetElapsedTime(began);
            if (
                state is null or { IsFinal: true }
                || state.Offset > from
                || left <= TimeSpan.Zero
                || stop.IsCancellationRequested
            )
            {
                return state;
            }

            await change.WaitAsync(left, clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
