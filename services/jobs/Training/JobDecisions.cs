using Platform.EventStore;

namespace Platform.Jobs.Training;

/// <summary>Handles commands to jobs: load, decide, append.</summary>
internal sealed class JobDecisions(JobsStore store, TimeProvider clock)
{
    /// <summary>The stream of a job.</summary>
    public static string StreamOf(Guid jobId) => jobId.ToString("D");

    /// <exception cref="StreamVersionConflictException">The job is not at <paramref name="ifVersion"/>.</exception>
    public Task<Outcome<Job, JobEvent>> HandleAsync(
        Guid jobId,
        JobCommand command,
        EventMetadata metadata,
        long? ifVersion = null,
        SideEffects? sideEffects = null,
        CancellationToken cancellationToken = default
    ) =>
        store.HandleAsync(
            Job.Decider,
            StreamOf(jobId),
            job => Job.Decide(job, command, clock.GetUtcNow()),
            metadata,
            ifVersion,
            sideEffects,
            cancellationToken: cancellationToken
        );
}
