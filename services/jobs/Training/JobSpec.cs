using Platform.Contracts.Jobs;

namespace Platform.Jobs.Training;

/// <summary>
/// The specification of a job, validated and with defaults filled in. File contents are in table <c>job_file</c>.
/// </summary>
internal sealed record JobSpec
{
    public required string Name { get; init; }
    public required string Project { get; init; }

    /// <summary>The job that it belongs to.</summary>
    public Guid? ParentId { get; init; }
    public required IReadOnlyList<string> Command { get; init; }
    public required IReadOnlyList<JobFile> Files { get; init; }
    public ArtifactReference? Source { get; init; }
    public required IReadOnlyList<JobInput> Inputs { get; init; }
    public required IReadOnlyList<JobOutput> Outputs { get; init; }
    public required Resources Resources { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required int Priority { get; init; }
    public required RetryPolicy Retry { get; init; }
    public int? TimeoutSeconds { get; init; }
    public required IReadOnlyDictionary<string, string> Env { get; init; }
}

/// <summary>A small file in the work folder.</summary>
/// <param name="Path">Relative, with forward slashes.</param>
/// <param name="Size">Bytes in UTF-8.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
internal sealed record JobFile(string Path, int Size, string Sha256);

/// <summary>How often a job is retried.</summary>
/// <param name="MaxAttempts">Attempts that may fail, including the first one; lost nodes do not count.</param>
/// <param name="BackoffSeconds">The pause before the second attempt; it doubles with each further one.</param>
internal sealed record RetryPolicy(int MaxAttempts, int BackoffSeconds)
{
    /// <summary>One attempt; what a job without a policy gets.</summary>
    public static readonly RetryPolicy Default = new(1, 5);
}
