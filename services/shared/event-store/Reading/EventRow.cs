using System.Text.Json;
using Npgsql;

namespace Platform.EventStore;

/// <summary>One row of <c>mt_events</c> as read, not yet deserialized.</summary>
internal readonly record struct EventRow(
    long Sequence,
    Guid Id,
    string StreamId,
    long Version,
    string Type,
    byte[] Data,
    DateTimeOffset Timestamp,
    string? CorrelationId,
    string? CausationId,
    string? Headers
)
{
    /// <summary>The columns in the order that <see cref="Read"/> expects.</summary>
    public const string Columns =
        "seq_id, id, stream_id, version, type, data, timestamp, correlation_id, causation_id, headers";

    /// <summary>The place of the first column after these.</summary>
    public const int ColumnCount = 10;

    public static EventRow Read(NpgsqlDataReader reader) =>
        new(
            reader.GetInt64(0),
            reader.GetGuid(1),
            reader.GetString(2),
            reader.GetInt64(3),
            reader.GetString(4),
            reader.GetFieldValue<byte[]>(5),
            reader.GetFieldValue<DateTimeOffset>(6),
            Text(reader, 7),
            Text(reader, 8),
            Text(reader, 9)
        );

    /// <exception cref="UnknownEventTypeException">No type is registered for the alias.</exception>
    public StoredEvent ToStored(EventStoreOptions options)
    {
        var registration = options.Events.Find(Type) ?? throw new UnknownEventTypeException(Type, options.Schema);
        var headers = Headers is null
            ? null
            : JsonSerializer.Deserialize(Headers, MetadataJson.Default.DictionaryStringString);
        return new StoredEvent(
            Sequence,
            Id,
            StreamId,
            Version,
            Type,
            registration.Read(Data),
            Timestamp,
            EventMetadata.Of(CorrelationId, CausationId, headers)
        );
    }

    public EventFailedException Failed(string action, Exception cause) =>
        new(action, Sequence, Type, StreamId, Version, cause);

    private static string? Text(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);
}
