using System.Text.Json.Serialization;

namespace Platform.Tracking.Runs;

/// <summary>An event of a run.</summary>
internal abstract record RunEvent
{
    public required DateTimeOffset At { get; init; }
}

/// <summary>
/// The run was created. Without a project, its job's start or end arrived first; it is identified later.
/// </summary>
internal sealed record RunCreated : RunEvent
{
    public string? Project { get; init; }
    public string? Name { get; init; }
    public Guid? JobId { get; init; }

    /// <summary>The run that it is a part of.</summary>
    public string? ParentId { get; init; }

    /// <summary>What the request said that created it, if that had an idempotency key.</summary>
    public string? RequestHash { get; init; }
}

/// <summary>Values that were unknown when the run was created; null leaves a field unchanged.</summary>
internal sealed record RunIdentified : RunEvent
{
    public string? Project { get; init; }
    public string? Name { get; init; }
    public Guid? JobId { get; init; }
    public string? ParentId { get; init; }
}

/// <summary>The training started: for the first time, or again, in a later attempt of its job or in another process.</summary>
internal sealed record RunStarted : RunEvent
{
    /// <summary>The job's attempt; null when the client started the run.</summary>
    public int? Attempt { get; init; }

    /// <summary>The training said when: by the clock that its end is measured by.</summary>
    public bool? ByTraining { get; init; }
}

/// <summary>Values that changed; null removes a key. Only real changes are stored.</summary>
internal sealed record RunUpdated : RunEvent
{
    public string? Name { get; init; }
    public IReadOnlyDictionary<string, RunValue>? Parameters { get; init; }
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }
    public IReadOnlyDictionary<string, RunValue>? Summary { get; init; }

    /// <summary>Another name that the team knows it by; empty text removes it, as in the next two.</summary>
    public string? Alias { get; init; }

    /// <summary>Runs that belong together, such as those of one sweep, have the same.</summary>
    public string? Group { get; init; }

    /// <summary>Markdown.</summary>
    public string? Notes { get; init; }

    /// <summary>The run that it is a part of; empty text for none.</summary>
    public string? ParentId { get; init; }
}

/// <summary>In which environment the training runs: an object with what its SDK found out about Python, packages, host and code.</summary>
internal sealed record EnvironmentRecorded : RunEvent
{
    public required RunValue Environment { get; init; }
}

/// <summary>An SDK told what it could not store as it was logged: all that a process has lost so far.</summary>
internal sealed record LossesReported : RunEvent
{
    /// <summary>Tells the processes of a run apart.</summary>
    public required string Reporter { get; init; }

    /// <summary>How many values are not stored.</summary>
    public required long Refused { get; init; }

    /// <summary>How many were changed so that they can be.</summary>
    public required long Cut { get; init; }

    /// <summary>What the SDK said about the first of them.</summary>
    public required IReadOnlyList<string> Notices { get; init; }
}

/// <summary>The metric by which the run is judged.</summary>
internal sealed record PrimaryMetricSet : RunEvent
{
    public required string Name { get; init; }
    public required MetricMode Mode { get; init; }
}

/// <summary>The training ended.</summary>
internal sealed record RunEnded : RunEvent
{
    public required RunStatus Status { get; init; }

    /// <summary>The training's own word for its end, where that is none of the statuses.</summary>
    public string? Reason { get; init; }
}

/// <summary>
/// Nothing was heard of the training for long, so that it counts as interrupted. What is heard of it later starts it again or ends it.
/// </summary>
internal sealed record RunLost : RunEvent;

/// <summary>The run's job ended with this attempt: only a later attempt starts the run again.</summary>
internal sealed record RunSettled : RunEvent
{
    public required int Attempt { get; init; }
}

/// <summary>The run is in the recycle bin. Who moved it there is in the event's metadata.</summary>
internal sealed record RunDeleted : RunEvent
{
    /// <summary>Its status, which it has again when it is restored.</summary>
    public required RunStatus FormerStatus { get; init; }

    /// <summary>Why, as a text for users.</summary>
    public string? Reason { get; init; }
}

/// <summary>The run left the recycle bin: a user restored it, or its job started again.</summary>
internal sealed record RunRestored : RunEvent;

/// <summary>Everything of the run but its events was given up. A run that is created under its id later is a new one.</summary>
internal sealed record RunPurged : RunEvent;

/// <summary>The status of a run, with the names of the public API.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunStatus>))]
internal enum RunStatus
{
    /// <summary>There is no such run.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>Its job was submitted and has not started.</summary>
    [JsonStringEnumMemberName("scheduled")]
    Scheduled,

    [JsonStringEnumMemberName("running")]
    Running,

    [JsonStringEnumMemberName("finished")]
    Finished,

    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Stopped from outside: Ctrl-C, cancel.</summary>
    [JsonStringEnumMemberName("interrupted")]
    Interrupted,
}

/// <summary>Which value of a metric is the best one.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MetricMode>))]
internal enum MetricMode
{
    [JsonStringEnumMemberName("max")]
    Max,

    [JsonStringEnumMemberName("min")]
    Min,
}
