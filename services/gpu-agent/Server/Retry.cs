namespace Platform.GpuAgent.Server;

/// <summary>
/// Waits between tries: doubling up to a limit, with jitter so that agents do not all retry at the same time.
/// </summary>
internal sealed class Backoff(TimeSpan? first = null, TimeSpan? limit = null)
{
    private readonly TimeSpan _first = first ?? TimeSpan.FromMilliseconds(200);
    private readonly TimeSpan _limit = limit ?? TimeSpan.FromSeconds(5);
    private int _tries;

    public void Reset() => _tries = 0;

    public Task WaitAsync(CancellationToken cancellationToken)
    {
        var wait = TimeSpan.FromTicks(Math.Min(_limit.Ticks, _first.Ticks << Math.Min(_tries++, 16)));
        return Task.Delay(wait * (0.75 + (Random.Shared.NextDouble() / 2)), cancellationToken);
    }
}

/// <summary>Repeats what failed because the platform was unavailable.</summary>
internal static class Retry
{
    public static async Task<T> UntilAnsweredAsync<T>(
        Func<CancellationToken, Task<T>> send,
        Action<PlatformUnavailableException> onUnavailable,
        CancellationToken cancellationToken
    )
    {
        var backoff = new Backoff();
        while (true)
        {
            try
            {
                return await send(cancellationToken);
            }
            catch (PlatformUnavailableException exception)
            {
                onUnavailable(exception);
                await backoff.WaitAsync(cancellationToken);
            }
        }
    }
}
