namespace Platform.Contracts.Jobs;

/// <summary>
/// What an agent has to run for one attempt: the body of <c>GET /api/jobs/{id}/attempts/{attempt}/work</c>.
/// </summary>
public sealed record AttemptWork
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }

    /// <summary>The process of a distributed job that this is the work of; 0 for a job of one process.</summary>
    public int Rank { get; init; }
    public required Guid RunId { get; init; }
    public required string Name { get; init; }
    public required string Project { get; init; }

    /// <summary>Program and arguments; never passed through a shell.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Small files written to the work folder: relative path → text.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    /// <summary>Code unpacked into the work folder; null when <see cref="Files"/> contains it.</summary>
    public ArtifactReference? Source { get; init; }
    public required IReadOnlyList<JobInput> Inputs { get; init; }
    public required IReadOnlyList<JobOutput> Outputs { get; init; }
    public required IReadOnlyDictionary<string, string> Env { get; init; }
    public int? TimeoutSeconds { get; init; }

    /// <summary>The token of the training process, scoped to this job.</summary>
    public required string Token { get; init; }
}

/// <summary>
/// An artifact version by name: <c>name:alias</c>, <c>name:v3</c> or <c>name:3</c>; no suffix means <c>latest</c>.
/// </summary>
public sealed record ArtifactReference
{
    public required string Artifact { get; init; }
}

/// <summary>An artifact version copied into the work folder before the start.</summary>
public sealed record JobInput
{
    public required string Artifact { get; init; }

    /// <summary>A relative folder in the work folder.</summary>
    public required string Path { get; init; }
}

/// <summary>A folder or file stored as a new artifact version after the end.</summary>
public sealed record JobOutput
{
    public required string Path { get; init; }
    public required string Artifact { get; init; }

    /// <summary><c>model</c>, <c>dataset</c>, <c>code</c>, <c>config</c> or <c>custom</c>.</summary>
    public string Type { get; init; } = "custom";
}

/// <summary>
/// The answer to <c>POST /api/jobs/{id}/logs?attempt=&amp;offset=</c>, also with 409 when the offset is not the stored
/// one.
/// </summary>
public sealed record LogPosition
{
    /// <summary>How many bytes of this attempt's log are stored: the agent continues from here.</summary>
    public required long Offset { get; init; }
}
