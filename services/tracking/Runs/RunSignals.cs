using Platform.ServiceDefaults;

namespace Platform.Tracking.Runs;

/// <summary>
/// Wakes the live streams of this process when it changed a run; other replicas' changes are found by polling.
/// </summary>
internal sealed class RunSignals
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Listener>> _listeners = new(StringComparer.Ordinal);
    private volatile Action<string>? _heardOfAll;

    /// <summary>Signals a committed change of a run.</summary>
    public void Raise(string runId)
    {
        _heardOfAll?.Invoke(runId);
        lock (_lock)
        {
            foreach (var listener in _listeners.GetValueOrDefault(runId) ?? [])
            {
                listener.Raise();
            }
        }
    }

    /// <summary>Hears of every change of a run from now on. For one who only notes it: those who changed the run wait.</summary>
    public void HearAll(Action<string> heard) => _heardOfAll = heard;

    /// <summary>Starts listening: no change after this call is missed.</summary>
    public Listener Listen(string runId)
    {
        var listener = new Listener(this, runId);
        lock (_lock)
        {
            if (!_listeners.TryGetValue(runId, out var listeners))
            {
                _listeners[runId] = listeners = [];
            }

            listeners.Add(listener);
        }

        return listener;
    }

    private void Remove(Listener listener)
    {
        lock (_lock)
        {
            var listeners = _listeners[listener.RunId];
            listeners.Remove(listener);
            if (listeners.Count == 0)
            {
                _listeners.Remove(listener.RunId);
            }
        }
    }

    /// <summary>The subscription of one live stream.</summary>
    internal sealed class Listener(RunSignals signals, string runId) : Signal, IDisposable
    {
        public string RunId { get; } = runId;

        public void Dispose() => signals.Remove(this);
    }
}
