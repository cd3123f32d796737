namespace Platform.Contracts.Tracking;

/// <summary>
/// Command to tracking: publish what is known of a run, or of a logged model, that has files. Asked by the artifacts service before it takes
/// the first of them, and by tracking itself when what matters about it has changed.
/// </summary>
public sealed record AnnounceFileOwner
{
    /// <summary>The id of the run or model.</summary>
    public required string Owner { get; init; }
}

/// <summary>What tracking knows of a run, or of a logged model, that has files.</summary>
public sealed record FileOwnerAnnounced
{
    public required string Owner { get; init; }

    /// <summary>False when there is none of this id, or it was deleted permanently.</summary>
    public required bool Exists { get; init; }

    /// <summary>Grows with each change, 0 where nothing ever was: what is older changes nothing.</summary>
    public required long Version { get; init; }

    /// <summary>It is in the recycle bin: its files can be read but not changed.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>The job that it belongs to; null for none.</summary>
    public Guid? JobId { get; init; }

    public string? Project { get; init; }

    /// <summary>The experiment that MLflow's clients find it in.</summary>
    public string? Experiment { get; init; }
}
