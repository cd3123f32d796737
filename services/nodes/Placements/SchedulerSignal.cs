namespace Platform.Nodes.Placements;

/// <summary>Tells the scheduler of this process that something changed. Many signals before it looks are one.</summary>
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
        // Lowered before the caller reads, so that what happens while it reads raises it again.
        if (await _raised.WaitAsync(atMost, cancellationToken))
        {
            Volatile.Write(ref _pending, 0);
        }
    }

    public void Dispose() => _raised.Dispose();
}
