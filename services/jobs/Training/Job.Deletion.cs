using Platform.EventStore;

namespace Platform.Jobs.Training;

/// <summary>The way of a job that has ended into the recycle bin, out of it again, and out of the platform.</summary>
internal sealed partial record Job
{
    /// <summary>The answer to commands of users to a job that is gone for good.</summary>
    public static readonly Refusal Gone = new(
        "job.purged",
        "The job was deleted permanently; only its events are left."
    );

    /// <summary>True while it is in the recycle bin: hidden from lists, and nothing but restored or purged.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>True once nothing but its events is left.</summary>
    public bool IsPurged { get; init; }

    private Decision<JobEvent> Delete(DeleteJob delete, DateTimeOffset now) =>
        !HasEnded
            ? Decision.Refuse<JobEvent>(
                "job.not-ended",
                $"The job cannot be deleted: it is {Status.ToString().ToLowerInvariant()}. Cancel it first."
            )
        : IsDeleted ? Decision.Nothing<JobEvent>()
        : Decision.Accept<JobEvent>(new JobDeleted(Status.ToString().ToLowerInvariant(), delete.Reason, now));

    private Decision<JobEvent> Restore(DateTimeOffset now) =>
        IsDeleted ? Decision.Accept<JobEvent>(new JobRestored(now)) : Decision.Nothing<JobEvent>();

    private Decision<JobEvent> Purge(DateTimeOffset now) =>
        IsPurged ? Decision.Nothing<JobEvent>()
        : IsDeleted ? Decision.Accept<JobEvent>(new JobPurged(now))
        : Decision.Refuse<JobEvent>(
            "job.not-deleted",
            "Only a job in the recycle bin can be deleted permanently. Delete it first."
        );
}
