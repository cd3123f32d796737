using System.Threading.Channels;

namespace Platform.ServiceDefaults;

/// <summary>
/// Wakes one waiting loop of this process. What is raised while it works counts, once: the loop reads after it has waited, and
/// misses nothing.
/// </summary>
public class Signal
{
    private readonly Channel<bool> _raised = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <summary>Raises it, at any time and from any thread.</summary>
    public void Raise() => _raised.Writer.TryWrite(true);

    /// <summary>Waits until it is raised.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) =>
        await _raised.Reader.ReadAsync(cancellationToken);

    /// <summary>Waits until it is raised, at most this long.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time is up.
        }
    }
}
