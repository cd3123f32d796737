using Npgsql;

namespace Platform.ServiceDefaults;

/// <summary>How far the followers of each log are behind it.</summary>
internal sealed class EventLogGauges(IEnumerable<EventStore.EventStore> stores) : IGaugeSource
{
    private const string NewestSql = "select coalesce(max(seq_id), 0) from mt_events";

    private const string FollowersSql = """
        select p.name, greatest(0, (select coalesce(max(seq_id), 0) from mt_events) - p.last_seq_id),
          coalesce((
            select extract(epoch from greatest(interval '0', clock_timestamp() - e.timestamp))::float8
            from mt_events e where e.seq_id > p.last_seq_id order by e.seq_id limit 1), 0)
        from mt_event_progression p
        """;

    private static readonly Gauge _newest = new(
        "event_store.sequence",
        "{event}",
        "Sequence number of the newest event of a log."
    );

    private static readonly Gauge _lag = new(
        "event_store.follower.lag",
        "{event}",
        "Sequence numbers between the newest event and a follower's progress."
    );

    private static readonly Gauge _age = new(
        "event_store.follower.lag.age",
        "s",
        "Age of the oldest event that a follower has not handled; 0 when it has handled all."
    );

    private readonly List<EventStore.EventStore> _stores = [.. stores];

    public string Meter => "Platform.EventStore";

    public IReadOnlyList<Gauge> Gauges { get; } = [_newest, _lag, _age];

    public async Task<IReadOnlyList<GaugeValue>> ReadAsync(CancellationToken cancellationToken)
    {
        var values = new List<GaugeValue>();
        foreach (var store in _stores)
        {
            await ReadAsync(store, values, cancellationToken);
        }

        return values;
    }

    private static async Task ReadAsync(
        EventStore.EventStore store,
        List<GaugeValue> values,
        CancellationToken cancellationToken
    )
    {
        var schema = KeyValuePair.Create<string, object?>("schema", store.Options.Schema);
        await using var batch = store.DataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(NewestSql));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(FollowersSql));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        values.Add(new GaugeValue(_newest, reader.GetInt64(0), schema));
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var follower = KeyValuePair.Create<string, object?>("follower", reader.GetString(0));
            values.Add(new GaugeValue(_lag, reader.GetInt64(1), schema, follower));
            values.Add(new GaugeValue(_age, reader.GetDouble(2), schema, follower));
        }
    }
}
