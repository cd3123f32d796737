using System.Diagnostics.Metrics;

namespace Platform.EventStore;

/// <summary>What an operator watches of a store, on the meter <c>Platform.EventStore</c>.</summary>
internal sealed class StoreMetrics : IDisposable
{
    private readonly Meter _meter = new("Platform.EventStore");

    /// <summary>A gap that grows old is a writing transaction that does not end; followers wait for it and never skip it.</summary>
    public void Observe(string schema, IReadOnlyList<Follower> followers) =>
        _meter.CreateObservableGauge(
            "event_store.gap_age",
            () =>
                followers.Select(f => new Measurement<double>(
                    f.GapAge,
                    new KeyValuePair<string, object?>("schema", schema),
                    new KeyValuePair<string, object?>("follower", f.Name)
                )),
            "s",
            "How long a gap in the sequence has been holding a follower."
        );

    public void Dispose() => _meter.Dispose();
}
