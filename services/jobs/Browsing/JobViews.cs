using Platform.Contracts.Jobs;
using Platform.Jobs.Training;

namespace Platform.Jobs.Browsing;

/// <summary>One job in a list.</summary>
internal record JobItem
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required string Project { get; init; }

    /// <summary><c>pending</c>, <c>queued</c>, <c>placed</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>True once it was asked to stop and has not ended yet.</summary>
    public required bool Stopping { get; init; }

    /// <summary>The present or last attempt, from 1.</summary>
    public required int Attempt { get; init; }
    public required int Priority { get; init; }

    /// <summary>Where the present or last attempt is placed.</summary>
    public required IReadOnlyList<PlacedNode> Nodes { get; init; }
    public required Guid RunId { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>Its owner: <c>user:anna</c>, or <c>local</c> for whoever runs the platform.</summary>
    public string? SubmittedBy { get; init; }

    /// <summary>A queued attempt is not placed before this time.</summary>
    public DateTimeOffset? NotBefore { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public int? ExitCode { get; init; }

    /// <summary>While it waits: why, for people. Once it has ended: one of <see cref="EndReasons"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>What a node said about the end, for people.</summary>
    public string? Detail { get; init; }
}

/// <summary>One job with all that was asked for.</summary>
internal sealed record JobDetail : JobItem
{
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The files it was submitted with, without their texts.</summary>
    public required IReadOnlyList<JobFile> Files { get; init; }
    public ArtifactReference? Source { get; init; }
    public required IReadOnlyList<JobInput> Inputs { get; init; }
    public required IReadOnlyList<JobOutput> Outputs { get; init; }
    public required Resources Resources { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required RetryPolicy Retry { get; init; }
    public int? TimeoutSeconds { get; init; }
    public required IReadOnlyDictionary<string, string> Env { get; init; }
}
