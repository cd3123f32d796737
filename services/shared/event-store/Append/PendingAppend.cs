using System.Text.Json;

namespace Platform.EventStore;

/// <summary>Events on their way into one stream, already in the form the database takes.</summary>
internal sealed class PendingAppend
{
    private readonly IReadOnlyList<object> _events;

    public PendingAppend(
        string streamId,
        string streamType,
        ExpectedVersion expected,
        IReadOnlyList<object> events,
        EventMetadata metadata,
        EventStoreOptions options
    )
    {
        _events = events;
        StreamId = streamId;
        StreamType = streamType;
        Expected = expected;
        Metadata = metadata;

        // PostgreSQL keeps microseconds: an inline projection must see what a rebuild will read.
        var now = options.Clock.GetUtcNow().UtcTicks;
        Timestamp = new DateTimeOffset(now - (now % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

        var count = events.Count;
        Ids = new Guid[count];
        Types = new string[count];
        DotnetTypes = new string[count];
        Bodies = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            var registration = options.Events.Of(events[i]);
            Ids[i] = Guid.CreateVersion7();
            Types[i] = registration.Alias;
            DotnetTypes[i] = registration.DotnetType;
            Bodies[i] = JsonSerializer.SerializeToUtf8Bytes(events[i], registration.Json);
        }
    }

    public string StreamId { get; }

    public string StreamType { get; }

    public ExpectedVersion Expected { get; }

    public EventMetadata Metadata { get; }

    public DateTimeOffset Timestamp { get; }

    public Guid[] Ids { get; }

    public string[] Types { get; }

    public string[] DotnetTypes { get; }

    public byte[][] Bodies { get; }

    /// <summary>What inline projections see: everything but the place in the global order.</summary>
    public IEnumerable<StoredEvent> AsStored(long versionBefore) =>
        [
            .. _events.Select(
                (data, i) =>
                    new StoredEvent(0, Ids[i], StreamId, versionBefore + i + 1, Types[i], data, Timestamp, Metadata)
            ),
        ];
}
