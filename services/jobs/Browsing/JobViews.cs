using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Browsing;

/// <summary>One job in a list.</summary>
internal record JobItem
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required string Project { get; init; }

    /// <summary>The job that it belongs to.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>
    /// <c>pending</c>, <c>queued</c>, <c>placed</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c> or
    /// <c>cancelled</c>.
    /// </summary>
    [OneOf(typeof(JobStatus))]
    public required string Status { get; init; }

    /// <summary>True while a requested stop has not completed.</summary>
    public required bool Stopping { get; init; }

    /// <summary>The current or last attempt, from 1.</summary>
    public required int Attempt { get; init; }
    public required int Priority { get; init; }

    /// <summary>Where the current or last attempt is placed.</summary>
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

    /// <summary>While it waits: a text for users. Once it has ended: one of <see cref="EndReasons"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>While it waits: what <see cref="Reason"/> says, for other languages.</summary>
    public SentenceCode? ReasonCode { get; init; }

    /// <summary>What the agent reported about the end, as a text for users.</summary>
    public string? Detail { get; init; }

    /// <summary>What <see cref="Detail"/> says, for other languages.</summary>
    public SentenceCode? DetailCode { get; init; }

    /// <summary>Since when and why it is in the recycle bin; null while it is not.</summary>
    public Deletion? Deletion { get; init; }
}

/// <summary>One process of an attempt of several. Its node is the one of the same rank among the job's nodes.</summary>
/// <param name="Reason">One of <see cref="EndReasons"/>; null while it may run.</param>
internal sealed record JobRank(
    int Rank,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    string? Reason,
    int? ExitCode,
    string? Detail,
    SentenceCode? DetailCode
);

/// <summary>One job with its full specification.</summary>
internal sealed record JobDetail : JobItem
{
    /// <summary>How many jobs that belong to it have each status; null without such jobs.</summary>
    public IReadOnlyDictionary<string, int>? Children { get; init; }

    /// <summary>The processes of the current or last attempt by rank; null for a job of one process.</summary>
    public IReadOnlyList<JobRank>? Ranks { get; init; }
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The files it was submitted with, without their contents.</summary>
    public required IReadOnlyList<JobFile> Files { get; init; }
    public ArtifactReference? Source { get; init; }
    public required IReadOnlyList<JobInput> Inputs { get; init; }
    public required IReadOnlyList<JobOutput> Outputs { get; init; }
    public required Resources Resources { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required RetryPolicy Retry { get; init; }
    public int? TimeoutSeconds { get; init; }
    public required IReadOnlyDictionary<string, string> Env { get; init; }

    /// <summary>Its logs in Kibana; null where none is configured.</summary>
    public string? KibanaUrl { get; init; }
}
