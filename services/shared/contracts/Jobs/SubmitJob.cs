using Platform.Contracts.Sentences;

namespace Platform.Contracts.Jobs;

/// <summary>
/// Command to jobs, for other services: submit a job, with the checks of <c>POST /api/jobs</c>. Answered by
/// <see cref="JobSubmissionAccepted"/> or <see cref="JobSubmissionRefused"/>, to the response address or, without one, to
/// whoever subscribes. A repeat is answered with the job of the first.
/// </summary>
public sealed record SubmitJob
{
    /// <summary>The id of the job, which the sender chooses: it makes a repeat known.</summary>
    public required Guid JobId { get; init; }

    /// <summary>On whose account: a subject such as <c>user:anna</c>. The sender has checked that it may submit jobs.</summary>
    public required string SubmittedBy { get; init; }
    public required JobRequest Job { get; init; }
}

/// <summary>Answer to <see cref="SubmitJob"/>: the job is stored.</summary>
public sealed record JobSubmissionAccepted
{
    public required Guid JobId { get; init; }

    /// <summary>False when an earlier message created it.</summary>
    public required bool IsNew { get; init; }
}

/// <summary>Answer to <see cref="SubmitJob"/>: nothing was stored.</summary>
public sealed record JobSubmissionRefused
{
    public required Guid JobId { get; init; }

    /// <summary>The errors of each invalid field, as in the answer to an invalid <c>POST /api/jobs</c>.</summary>
    public required IReadOnlyDictionary<string, string[]> Errors { get; init; }

    /// <summary>The same errors with their codes; null in answers of release 0.1.0.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<FieldError>>? ErrorCodes { get; init; }
}
