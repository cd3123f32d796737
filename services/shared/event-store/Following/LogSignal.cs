namespace Platform.EventStore;

/// <summary>Wakes the followers of this process: raised right after an append here, or when another process announced one.</summary>
internal sealed class LogSignal
{
    private TaskCompletionSource _next = Create();
    private TaskCompletionSource _nextAppend = Create();

    /// <summary>Completes at the next wake-up. Take it before looking at the log, so that nothing falls between.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Completes at the first append of this process since the last <see cref="ResetAppend"/>.</summary>
    public Task NextAppend => Volatile.Read(ref _nextAppend).Task;

    /// <summary>Wakes the followers.</summary>
    public void Raise() => Interlocked.Exchange(ref _next, Create()).TrySetResult();

    /// <summary>Wakes the followers, and what notifies other processes.</summary>
    public void RaiseAppend()
    {
        Raise();
        Volatile.Read(ref _nextAppend).TrySetResult();
    }

    /// <summary>From now on <see cref="NextAppend"/> waits for a further append.</summary>
    public void ResetAppend() => Volatile.Write(ref _nextAppend, Create());

    private static TaskCompletionSource Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
