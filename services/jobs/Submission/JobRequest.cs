namespace Platform.Jobs.Submission;

/// <summary>The body of <c>POST /api/jobs</c>, not validated before <see cref="JobRequestCheck"/>.</summary>
internal sealed record JobRequest
{
    public string? Name { get; init; }

    /// <summary>Words of letters, digits, <c>_ - .</c> joined by slashes; <c>default</c> when left out.</summary>
    public string? Project { get; init; }

    /// <summary>Program and arguments; not interpreted by a shell.</summary>
    public IReadOnlyList<string?>? Command { get; init; }

    /// <summary>Small files written to the work folder: relative path → text, 1 MiB in total.</summary>
    public IReadOnlyDictionary<string, string?>? Files { get; init; }

    /// <summary>Code stored as an artifact; not together with <see cref="Files"/>.</summary>
    public SourceRequest? Source { get; init; }
    public IReadOnlyList<InputRequest?>? Inputs { get; init; }
    public IReadOnlyList<OutputRequest?>? Outputs { get; init; }
    public ResourcesRequest? Resources { get; init; }

    /// <summary>Labels that a node must have.</summary>
    public IReadOnlyDictionary<string, string?>? Labels { get; init; }

    /// <summary>0 (last) to 100 (first); 50 when left out.</summary>
    public int? Priority { get; init; }
    public RetryRequest? Retry { get; init; }

    /// <summary>How long an attempt may run; no limit when left out.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Environment of the process; <c>PLATFORM_…</c> is reserved.</summary>
    public IReadOnlyDictionary<string, string?>? Env { get; init; }
}

/// <param name="Artifact"><c>name</c>, <c>name:alias</c> or <c>name:3</c>.</param>
internal sealed record SourceRequest(string? Artifact);

/// <param name="Artifact"><c>name</c>, <c>name:alias</c> or <c>name:3</c>.</param>
/// <param name="Path">A folder in the work folder.</param>
internal sealed record InputRequest(string? Artifact, string? Path);

/// <param name="Path">A folder or file in the work folder.</param>
/// <param name="Artifact">The name of the artifact that stores it.</param>
/// <param name="Type"><c>custom</c> when left out.</param>
internal sealed record OutputRequest(string? Path, string? Artifact, string? Type);

internal sealed record ResourcesRequest(int? Gpus, double? Cpus, int? MemoryMiB);

internal sealed record RetryRequest(int? MaxAttempts, int? BackoffSeconds);
