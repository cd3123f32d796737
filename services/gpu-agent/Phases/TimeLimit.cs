using Platform.Contracts.Jobs;

namespace Platform.GpuAgent.Phases;

/// <summary>Stops a training that runs longer than its job allows.</summary>
internal static class TimeLimit
{
    // A timer takes less than 50 days.
    private static readonly TimeSpan _longestWait = TimeSpan.FromDays(1);

    public static async Task WatchAsync(AttemptContext attempt, CancellationToken cancellationToken)
    {
        if (attempt.Entry is { Work.TimeoutSeconds: { } seconds, Started: { } started })
        {
            await WaitUntilAsync(started.At.AddSeconds(seconds), attempt.Services.Clock, cancellationToken);
            attempt.RequestStop(EndReasons.TimedOut, EndingSentences.TimedOut.With(seconds));
        }
    }

    internal static async Task WaitUntilAsync(
        DateTimeOffset deadline,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        while (deadline - clock.GetUtcNow() is { Ticks: > 0 } left)
        {
            await Task.Delay(left < _longestWait ? left : _longestWait, clock, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }
}
