namespace Platform.Contracts.Jobs;

/// <summary>A job as it is asked for: the body of <c>POST /api/jobs</c>, and part of <see cref="SubmitJob"/>. Jobs validates it.</summary>
public sealed record JobRequest
{
    public string? Name { get; init; }

    /// <summary>Words of letters, digits, <c>_ - .</c> joined by slashes; <c>default</c> when left out.</summary>
    public string? Project { get; init; }

    /// <summary>The job that it belongs to and is cancelled with; that job must not have ended.</summary>
    public Guid? ParentId { get; init; }

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

    /// <summary>
    /// Environment of the process; it wins over what the platform sets, except over <c>PLATFORM_…</c>, the variables that name its GPUs
    /// and those by which the processes of a job meet, which are refused.
    /// </summary>
    public IReadOnlyDictionary<string, string?>? Env { get; init; }
}

/// <summary>The artifact with the code of a job.</summary>
/// <param name="Artifact"><c>name</c>, <c>name:alias</c> or <c>name:3</c>.</param>
public sealed record SourceRequest(string? Artifact);

/// <summary>An artifact that a job reads.</summary>
/// <param name="Artifact"><c>name</c>, <c>name:alias</c> or <c>name:3</c>.</param>
/// <param name="Path">A folder in the work folder.</param>
public sealed record InputRequest(string? Artifact, string? Path);

/// <summary>An artifact that a job makes.</summary>
/// <param name="Path">A folder or file in the work folder.</param>
/// <param name="Artifact">The name of the artifact that stores it.</param>
/// <param name="Type"><c>custom</c> when left out.</param>
public sealed record OutputRequest(string? Path, string? Artifact, string? Type = null);

/// <summary>
/// What each attempt needs on its node, and at most gets where its node enforces limits: no GPU, 1 CPU and 512 MiB for what is left out.
/// </summary>
public sealed record ResourcesRequest(int? Gpus = null, double? Cpus = null, int? MemoryMiB = null);

/// <summary>How often a job is tried.</summary>
public sealed record RetryRequest(int? MaxAttempts = null, int? BackoffSeconds = null);
