namespace Platform.Nodes.Placements;

/// <summary>Wakes this process's scheduler after a change. Signals raised before its next pass count as one.</summary>
internal sealed class SchedulerSignal : IDisposable
{
    private readonly SemaphoreSlim _raised = new(0, 1);
    private int _pending;

    public void Raise()
    {
        if (Interlocked.Exchange(ref _pending, 1) == 0)
        {
            _raised.Release();
        }
    }

    /// <summary>Waits for a signal, at most this long.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        // Reset before the caller reads, so that a change during the read raises it again.
        if (await _raised.WaitAsync(atMost, cancellationToken))
        {
            Volatile.Write(ref _pending, 0);
        }
    }

    public void Dispose() => _raised.Dispose();
}
