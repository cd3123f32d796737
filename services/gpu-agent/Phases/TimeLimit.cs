using Platform.Contracts.Jobs;

namespace Platform.GpuAgent.Phases;

/// <summary>Stops a training that runs longer than its job allows.</summary>
internal static class TimeLimit
{
    public static async Task WatchAsync(AttemptContext attempt, CancellationToken cancellationToken)
    {
        if (attempt.Entry is { Work.TimeoutSeconds: { } seconds, Started: { } started })
        {
            await WaitUntilAsync(started.At.AddSeconds(seconds), attempt.Services.Clock, cancellationToken);
            attempt.RequestStop(EndReasons.TimedOut, $"It ran longer than {seconds} s.");
        }
    }

    internal static Task WaitUntilAsync(
        DateTimeOffset deadline,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var left = deadline - clock.GetUtcNow();
        return Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock, cancellationToken);
    }
}
