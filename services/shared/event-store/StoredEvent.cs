namespace Platform.EventStore;

/// <summary>One event as it lies in the log.</summary>
/// <param name="Sequence">Its place in the global order; 0 inside an inline projection, where it is not known yet.</param>
/// <param name="Id">Its identity; also the <c>MessageId</c> of what is published for it.</param>
/// <param name="StreamId">The stream it belongs to.</param>
/// <param name="Version">Its place in that stream, from 1.</param>
/// <param name="Type">Its alias, such as <c>job_submitted</c>.</param>
/// <param name="Data">The deserialized event, upcast to its newest form.</param>
/// <param name="Timestamp">When it was appended, by the clock of the process that appended it; to the microsecond, as the database keeps it.</param>
/// <param name="Metadata">Where it came from.</param>
public sealed record StoredEvent(
    long Sequence,
    Guid Id,
    string StreamId,
    long Version,
    string Type,
    object Data,
    DateTimeOffset Timestamp,
    EventMetadata Metadata
)
{
    /// <summary>The header with the W3C trace, as requests and messages name it too.</summary>
    public const string TraceParentHeader = "traceparent";

    /// <summary>The header that says who caused an event: <c>user:anna</c>, <c>service:jobs</c>, <c>node:…</c>.</summary>
    public const string ActorHeader = "actor";

    /// <summary>The same of release 0.1.0, which kept only the callers of requests.</summary>
    private const string FormerActorHeader = "subject";

    /// <summary>Who caused it; null where nobody noted that.</summary>
    public string? Actor() =>
        Metadata.Headers?.GetValueOrDefault(ActorHeader) ?? Metadata.Headers?.GetValueOrDefault(FormerActorHeader);

    /// <summary>The W3C <c>traceparent</c> of what caused it; null when that was not traced.</summary>
    public string? TraceParent() => Metadata.Headers?.GetValueOrDefault(TraceParentHeader);
}

/// <summary>Where an event came from.</summary>
/// <param name="CorrelationId">The business operation it belongs to (a job id, say).</param>
/// <param name="CausationId">The message or request that caused it.</param>
/// <param name="Headers">Anything else, such as the W3C <c>traceparent</c> and the acting <c>subject</c>.</param>
public sealed record EventMetadata(
    string? CorrelationId = null,
    string? CausationId = null,
    IReadOnlyDictionary<string, string>? Headers = null
)
{
    /// <summary>No metadata.</summary>
    public static readonly EventMetadata None = new();

    internal static readonly IReadOnlyDictionary<string, string> NoHeaders = new Dictionary<string, string>(
        StringComparer.Ordinal
    );

    internal static EventMetadata Of(
        string? correlationId,
        string? causationId,
        IReadOnlyDictionary<string, string>? headers
    ) =>
        correlationId is null && causationId is null && headers is null or { Count: 0 }
            ? None
            : new EventMetadata(correlationId, causationId, headers);
}

/// <summary>What an append expects of the stream's version.</summary>
public readonly record struct ExpectedVersion
{
    private ExpectedVersion(long value) => Value = value;

    /// <summary>0 for a new stream, else the exact version.</summary>
    public long Value { get; }

    /// <summary>The stream must not exist.</summary>
    public static ExpectedVersion New { get; } = new(0);

    /// <summary>The stream must be at exactly this version; 0 means new.</summary>
    public static ExpectedVersion Exactly(long version) =>
        version >= 0
            ? new(version)
            : throw new ArgumentOutOfRangeException(nameof(version), version, "A version is not negative.");
}
