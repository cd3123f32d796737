namespace Platform.GpuAgent.Server;

/// <summary>
/// The pauses of a loop that never ends, which shorten again when it gets on: doubling up to a limit, with jitter. What is only
/// tried until it succeeds is for <see cref="Retry"/>.
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
