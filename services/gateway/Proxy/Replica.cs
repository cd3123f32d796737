namespace Platform.Gateway.Proxy;

/// <summary>What is known of a replica; requests go to one with the first state that any has.</summary>
internal enum ReplicaState
{
    Ready,

    /// <summary>It answers, but says that others should be asked: it stops, or lacks its database or broker.</summary>
    NotReady,

    /// <summary>Nothing listens there.</summary>
    Away,

    /// <summary>It may take a connection, but says nothing.</summary>
    Hung,
}

/// <summary>One of several processes of a service.</summary>
internal sealed class Replica(string service, Uri address) : IDisposable
{
    private CancellationTokenSource _waiting = new();
    private volatile ReplicaState _state;

    public string Service => service;

    public Uri Address => address;

    public ReplicaState State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>Is cancelled when those who read from it should wait no longer.</summary>
    public CancellationToken Waiting => Volatile.Read(ref _waiting).Token;

    /// <summary>Ends the wait of all who read from it now.</summary>
    public void GiveUp() => Interlocked.Exchange(ref _waiting, new CancellationTokenSource()).Cancel();

    public void Dispose() => _waiting.Dispose();
}
