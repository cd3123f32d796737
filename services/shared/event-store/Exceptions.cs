namespace Platform.EventStore;

/// <summary>Somebody else was faster. Whoever reads again what there is now, and decides again, succeeds.</summary>
public abstract class LostRaceException(string message) : Exception(message);

/// <summary>The stream is not at the version that the append expected. The actual version is always known.</summary>
public sealed class StreamVersionConflictException(string streamId, long expected, long actual)
    : LostRaceException($"Stream '{streamId}' is at version {actual}, not {expected}.")
{
    /// <summary>The stream.</summary>
    public string StreamId { get; } = streamId;

    /// <summary>The version the caller expected; 0 for a new stream.</summary>
    public long Expected { get; } = expected;

    /// <summary>The version the stream has.</summary>
    public long Actual { get; } = actual;
}

/// <summary>The stream is archived: it can be read, but takes no more events.</summary>
public sealed class StreamArchivedException(string streamId) : Exception($"Stream '{streamId}' is archived.")
{
    /// <summary>The stream.</summary>
    public string StreamId { get; } = streamId;
}

/// <summary>The log holds an event whose alias no registered type carries.</summary>
public sealed class UnknownEventTypeException(string alias, string schema)
    : Exception(
        $"Schema '{schema}' holds an event of type '{alias}', which this program does not know. It was written by a newer version, or its registration was removed."
    )
{
    /// <summary>The alias found in <c>mt_events.type</c>.</summary>
    public string Alias { get; } = alias;
}

/// <summary>One event cannot be read, or a projection cannot take it; the inner exception says why.</summary>
public sealed class EventFailedException : Exception
{
    internal EventFailedException(
        string action,
        long sequence,
        string type,
        string streamId,
        long version,
        Exception cause
    )
        : base(
            $"{action} fails at event {sequence} ('{type}', version {version} of stream '{streamId}'): {cause.Message}",
            cause
        )
    {
        Sequence = sequence;
        Type = type;
        StreamId = streamId;
    }

    /// <summary>The event's place in the log.</summary>
    public long Sequence { get; }

    /// <summary>Its alias.</summary>
    public string Type { get; }

    /// <summary>Its stream.</summary>
    public string StreamId { get; }
}

/// <summary>The schema cannot be used or brought up to date; nothing was changed. The message says what to do.</summary>
public sealed class SchemaRefusedException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The database refuses this process, and would go on doing so. The message says what to do.</summary>
public sealed class DatabaseRefusedException(string message, Exception cause) : Exception(message, cause);

/// <summary>The database did not answer for as long as it may take to start.</summary>
public sealed class DatabaseUnreachableException(string message, Exception cause) : Exception(message, cause);

/// <summary>The id that was asked for is that of something else: the streams of a service are told apart by their ids alone.</summary>
public sealed class StreamOfAnotherKindException(string streamId, string message) : InvalidOperationException(message)
{
    /// <summary>The id.</summary>
    public string StreamId { get; } = streamId;
}
