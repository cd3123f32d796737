using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Training;

/// <summary>The way of a job that has ended into the recycle bin, out of it again, and out of the platform.</summary>
internal sealed partial record Job
{
    /// <summary>The answer to commands of users to a job that is gone for good.</summary>
    public static readonly Refusal Gone = Refusals.Of(JobSentences.Purged);

    /// <summary>True while it is in the recycle bin: hidden from lists, and nothing but restored or purged.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>True once nothing but its events is left.</summary>
    public bool IsPurged { get; init; }

    private Decision<JobEvent> Delete(DeleteJob delete, DateTimeOffset now) =>
        !HasEnded ? Refusals.Refuse<JobEvent>(JobSentences.NotEnded.With(Word))
        : IsDeleted ? Decision.Nothing<JobEvent>()
        : Decision.Accept<JobEvent>(new JobDeleted(Word, delete.Reason, now, Attempt));

    private Decision<JobEvent> Restore(DateTimeOffset now) =>
        IsDeleted ? Decision.Accept<JobEvent>(new JobRestored(now)) : Decision.Nothing<JobEvent>();

    private Decision<JobEvent> Purge(DateTimeOffset now) =>
        IsPurged ? Decision.Nothing<JobEvent>()
        : IsDeleted ? Decision.Accept<JobEvent>(new JobPurged(now))
        : Refusals.Refuse<JobEvent>(JobSentences.NotDeleted);
}
