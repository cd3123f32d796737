namespace Platform.Tracking.Runs;

/// <summary>What can be asked of a run.</summary>
internal abstract record RunCommand;

/// <summary>Creates the run; where it exists, fills in what is not known yet and keeps the rest.</summary>
/// <param name="Starts">True when a client creates it, whose training runs; false when its job was only submitted.</param>
internal sealed record CreateRun(
    string Project,
    string? Name,
    Guid? JobId,
    bool Starts,
    IReadOnlyDictionary<string, RunValue>? Parameters = null,
    IReadOnlyDictionary<string, string?>? Tags = null
) : RunCommand;

/// <summary>Merges values: keys that are not named stay, null removes.</summary>
/// <param name="Attempt">The job's attempt whose process asks; null for everybody else.</param>
/// <param name="SaidBy">The attempt that had meant to say so; said late, after the next one began, it only fills in what is not known.</param>
internal sealed record UpdateRun(
    string? Name = null,
    IReadOnlyDictionary<string, RunValue>? Parameters = null,
    IReadOnlyDictionary<string, string?>? Tags = null,
    IReadOnlyDictionary<string, RunValue>? Summary = null,
    PrimaryMetric? PrimaryMetric = null,
    int? Attempt = null,
    int? SaidBy = null
) : RunCommand;

/// <summary>The client says that the training is over.</summary>
/// <param name="Attempt">The job's attempt that it speaks for; what an earlier one says late changes nothing.</param>
internal sealed record FinishRun(RunStatus Status, int? Attempt = null) : RunCommand;

/// <summary>The run's job started an attempt.</summary>
internal sealed record StartJobAttempt(Guid JobId, int Attempt, DateTimeOffset StartedAt) : RunCommand;

/// <summary>The run's job is over.</summary>
internal sealed record EndJob(Guid JobId, int Attempt, RunStatus Status, DateTimeOffset EndedAt) : RunCommand;

/// <summary>The metric by which a run is judged, and which of its values is best.</summary>
internal sealed record PrimaryMetric(string Name, MetricMode Mode);
