using System.Runtime.CompilerServices;
using JasperFx.Events;
using Marten;
using Npgsql;

namespace Platform.EventStore;

/// <summary>Events on their way into one stream, and what has to be stored with them.</summary>
internal sealed class PendingAppend
{
    private readonly EventStoreOptions _options;
    private readonly string _streamType;
    private readonly ExpectedVersion _expected;
    private readonly EventMetadata _metadata;
    private readonly SideEffects? _sideEffects;
    private readonly IEvent[] _events;

    public PendingAppend(
        EventStoreOptions options,
        string streamId,
        string streamType,
        ExpectedVersion expected,
        IReadOnlyList<object> events,
        EventMetadata metadata,
        SideEffects? sideEffects
    )
    {
        _options = options;
        _streamType = streamType;
        _expected = expected;
        _metadata = metadata;
        _sideEffects = sideEffects;
        StreamId = streamId;

        // PostgreSQL keeps microseconds: an inline projection must see what a rebuild will read.
        var now = options.Clock.GetUtcNow().UtcTicks;
        var timestamp = new DateTimeOffset(now - (now % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        _events = [.. events.Select(data => Wrap(data, timestamp))];
    }

    public string StreamId { get; }

    public long VersionAfter => _expected.Value + _events.Length;

    /// <summary>Adds the events to the session; called again when the append goes alone after its group was refused.</summary>
    public void AddTo(IDocumentSession session)
    {
        var stream =
            _expected == ExpectedVersion.New
                ? session.Events.StartStream(StreamId, _events)
                : session.Events.Append(StreamId, VersionAfter, _events);
        SetTypeName(stream, _streamType);
        AddRestTo(session);
    }

    /// <summary>Adds the commands of inline projections and of the caller, which Marten sends after all events.</summary>
    private void AddRestTo(IDocumentSession session)
    {
        if (_options.InlineProjections.Count == 0 && _sideEffects is null)
        {
            return;
        }

        using var batch = new NpgsqlBatch();
        foreach (var projection in _options.InlineProjections)
        {
            for (var i = 0; i < _events.Length; i++)
            {
                projection.Project(AsStored(_events[i], _expected.Value + i + 1), batch);
            }
        }

        _sideEffects?.Invoke(batch);
        foreach (NpgsqlBatchCommand command in batch.BatchCommands)
        {
            session.QueueOperation(new SqlOperation(command));
        }
    }

    private IEvent Wrap(object data, DateTimeOffset timestamp)
    {
        var wrapped = _options.Events.Of(data).Wrap(data);
        wrapped.Id = Guid.CreateVersion7();
        wrapped.Timestamp = timestamp;
        wrapped.CorrelationId = _metadata.CorrelationId;
        wrapped.CausationId = _metadata.CausationId;
        foreach (var (key, value) in _metadata.Headers ?? EventMetadata.NoHeaders)
        {
            wrapped.SetHeader(key, value);
        }

        return wrapped;
    }

    /// <summary>What inline projections see: everything but the place in the global order.</summary>
    private StoredEvent AsStored(IEvent wrapped, long version) =>
        new(
            0,
            wrapped.Id,
            StreamId,
            version,
            _options.Events.Of(wrapped.Data).Alias,
            wrapped.Data,
            wrapped.Timestamp,
            _metadata
        );

    /// <summary>Marten derives the type's name from that of a class; ours stays when a class is renamed.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_AggregateTypeName")]
    private static extern void SetTypeName(StreamAction stream, string? name);
}
