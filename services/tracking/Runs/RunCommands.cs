namespace Platform.Tracking.Runs;

/// <summary>A command to a run.</summary>
internal abstract record RunCommand;

/// <summary>Creates the run; if it exists, adds missing values and keeps the others.</summary>
/// <param name="Starts">True when a running training creates it; false when its job was only submitted.</param>
internal sealed record CreateRun(
    string Project,
    string? Name,
    Guid? JobId,
    bool Starts,
    IReadOnlyDictionary<string, RunValue>? Parameters = null,
    IReadOnlyDictionary<string, string?>? Tags = null
) : RunCommand;

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
) : RunCommand;

/// <summary>The client reports that the training has ended.</summary>
/// <param name="Attempt">The job's attempt that ended; a late report of an earlier attempt changes nothing.</param>
/// <param name="Rank">The process that sends the command; 0 also for callers that are none.</param>
internal sealed record FinishRun(RunStatus Status, int? Attempt = null, int Rank = 0) : RunCommand;

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
