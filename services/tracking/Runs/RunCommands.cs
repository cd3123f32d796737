namespace Platform.Tracking.Runs;

/// <summary>A command to a run.</summary>
internal abstract record RunCommand;

/// <summary>Creates the run; if it exists, adds missing values and keeps the others.</summary>
/// <param name="Starts">True when a running training creates it; false when its job was only submitted.</param>
/// <param name="StartedAt">When that training started: an end before it is that of an earlier process. Null for now.</param>
/// <param name="ParentId">The run that it is a part of.</param>
internal sealed record CreateRun(
    string Project,
    string? Name,
    Guid? JobId,
    bool Starts,
    IReadOnlyDictionary<string, RunValue>? Parameters = null,
    IReadOnlyDictionary<string, string?>? Tags = null,
    DateTimeOffset? StartedAt = null,
    string? ParentId = null
) : RunCommand
{
    /// <summary>The caller is a machine that works for this job: a run of somebody else is not its own to go on with.</summary>
    public bool OnlyOfJob { get; init; }

    /// <summary>Of a request with an idempotency key: what it says. A repeat changes nothing.</summary>
    public string? RequestHash { get; init; }
}

/// <summary>Merges values: keys that are not named stay, null removes.</summary>
/// <param name="Attempt">The job's attempt whose process sends the command; null for other callers.</param>
/// <param name="ReportedBy">
/// The attempt that reported the values. If a later attempt has begun, the report only adds missing values.
/// </param>
internal sealed record UpdateRun(
    string? Name = null,
    IReadOnlyDictionary<string, RunValue>? Parameters = null,
    IReadOnlyDictionary<string, string?>? Tags = null,
    IReadOnlyDictionary<string, RunValue>? Summary = null,
    PrimaryMetric? PrimaryMetric = null,
    int? Attempt = null,
    int? ReportedBy = null
) : RunCommand
{
    /// <summary>Null keeps it; empty text removes it, as in the next two.</summary>
    public string? Alias { get; init; }
    public string? Group { get; init; }
    public string? Notes { get; init; }

    /// <summary>The run that it is a part of; null keeps it, empty text is none.</summary>
    public string? ParentId { get; init; }

    /// <summary>Replaces what was recorded before.</summary>
    public RunValue? Environment { get; init; }

    /// <summary>What could not be stored as it was logged.</summary>
    public LossReport? Losses { get; init; }

    /// <summary>Parameters are written once, as MLflow has it: another value for one is refused.</summary>
    public bool ParametersStay { get; init; }
}

/// <summary>The client reports that the training has ended.</summary>
/// <param name="Attempt">The job's attempt that ended; a late report of an earlier attempt changes nothing.</param>
/// <param name="Rank">The process that sends the command; 0 also for callers that are none.</param>
/// <param name="EndedAt">When it ended; null for now.</param>
/// <param name="Reason">Its own word for its end.</param>
internal sealed record FinishRun(
    RunStatus Status,
    int? Attempt = null,
    int Rank = 0,
    DateTimeOffset? EndedAt = null,
    string? Reason = null
) : RunCommand
{
    /// <summary>The last report counts, as MLflow has it: a run that has ended gets this status.</summary>
    public bool Replaces { get; init; }
}

/// <summary>Nothing was heard of the training for too long.</summary>
internal sealed record LoseRun : RunCommand;

/// <summary>The training that was given up is heard of again.</summary>
internal sealed record FindRun : RunCommand;

/// <summary>The run's job started an attempt.</summary>
internal sealed record StartJobAttempt(Guid JobId, int Attempt, DateTimeOffset StartedAt) : RunCommand;

/// <summary>The run's job ended.</summary>
internal sealed record EndJob(Guid JobId, int Attempt, RunStatus Status, DateTimeOffset EndedAt) : RunCommand;

/// <summary>A user moves a run that has ended into the recycle bin.</summary>
internal sealed record DeleteRun(string? Reason) : RunCommand;

/// <summary>A user takes the run out of the recycle bin.</summary>
internal sealed record RestoreRun : RunCommand;

/// <summary>The run leaves the recycle bin for good.</summary>
internal sealed record PurgeRun : RunCommand;

/// <summary>The metric by which a run is judged, and which of its values is best.</summary>
internal sealed record PrimaryMetric(string Name, MetricMode Mode);
