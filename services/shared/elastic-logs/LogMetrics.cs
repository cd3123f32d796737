using System.Diagnostics.Metrics;

namespace Platform.ElasticLogs;

/// <summary>What is counted of documents; docs/metrics.md explains it.</summary>
internal sealed class LogMetrics
{
    public const string Meter = "Platform.ElasticLogs";

    private readonly Counter<long> _sent;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _dropped;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<
        string,
        (long Documents, double Seconds)
    > _waiting = new(StringComparer.Ordinal);

    public LogMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Meter);
        _sent = meter.CreateCounter<long>(
            "platform.logs.sent",
            "{document}",
            "Documents that Elasticsearch has taken."
        );
        _refused = meter.CreateCounter<long>(
            "platform.logs.refused",
            "{document}",
            "Documents that Elasticsearch has refused for good."
        );
        _dropped = meter.CreateCounter<long>(
            "platform.logs.dropped",
            "{document}",
            "Lines of service logs that were dropped, since too much was waiting."
        );
        meter.CreateObservableGauge(
            "platform.logs.waiting",
            () => _waiting.Select(stream => new Measurement<long>(stream.Value.Documents, Tag(stream.Key))),
            "{document}",
            "Documents that wait to be sent."
        );
        meter.CreateObservableGauge(
            "platform.logs.lag",
            () => _waiting.Select(stream => new Measurement<double>(stream.Value.Seconds, Tag(stream.Key))),
            "s",
            "For how long documents have waited to be sent; 0 when none waits."
        );
    }

    public void Sent(string stream, int documents) => _sent.Add(documents, Tag(stream));

    public void Refused(string stream) => _refused.Add(1, Tag(stream));

    public void Dropped(string stream, long documents) => _dropped.Add(documents, Tag(stream));

    public void Waiting(string stream, long documents, TimeSpan since) =>
        _waiting[stream] = (documents, since.TotalSeconds);

    private static KeyValuePair<string, object?> Tag(string stream) => new("data_stream", stream);
}
