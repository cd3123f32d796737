using Microsoft.Extensions.Options;
using Platform.EventStore;
using Platform.Jobs.Training;
using Platform.ProjectRetention;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Retention;

/// <summary>
/// Deletes what this service keeps no longer: jobs that ended longer ago than their project keeps them go into the recycle bin; jobs
/// that have been there for long enough are purged, with their logs, files and keys; idempotency keys that nobody repeats any more are
/// forgotten.
/// </summary>
internal sealed class JobRetention(
    JobsStore store,
    JobDecisions jobs,
    JobPurge purge,
    RetentionSteps steps,
    RetainedProjects<JobsStore> projects,
    IOptions<JobsOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<RetentionService> logger
) : RetentionService(lifetime, clock, logger)
{
    private const int StepKeys = 1000;

    /// <summary>
    /// What ended was submitted before, and by that time the index finds it. A restored job changed when it was restored: nobody wants
    /// it deleted again at once.
    /// </summary>
    private static readonly string _ended = $"""
        select job_id from job_summary s
        where {RetainedProject.Condition("s.project")} and s.submitted_at < $5 and s.ended_at < $5 and s.changed_at < $5
          and s.status in ('succeeded', 'failed', 'cancelled') and not s.is_deleted
        limit $6
        """;

    private static readonly EventMetadata _ownAccount = new(
        CausationId: nameof(JobRetention),
        Headers: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [StoredEvent.ActorHeader] = Caller.Service("jobs").Subject,
        }
    );

    protected override TimeSpan Interval => options.Value.RetentionInterval;

    protected override async Task SweepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await steps.TryAsync(
            "delete jobs that projects keep no longer",
            async () =>
            {
                foreach (var project in await projects.ReadAsync(cancellationToken))
                {
                    await DeleteEndedAsync(project, now, cancellationToken);
                }
            },
            cancellationToken
        );
        await purge.PurgeDueAsync(now - options.Value.KeepDeleted, _ownAccount, cancellationToken);
        await purge.DeleteLeftoversAsync(cancellationToken);
        await DeleteKeysAsync(now - options.Value.KeepKeys, cancellationToken);
    }

    private Task DeleteEndedAsync(RetainedProject project, DateTimeOffset now, CancellationToken cancellationToken) =>
        steps.ForEachAsync(
            $"delete jobs that project '{project.Path}' keeps no longer",
            limit => projects.FindAsync(project, now, _ended, limit, row => row.GetGuid(0), cancellationToken),
            jobId => $"delete job {jobId}",
            async jobId =>
            {
                // Refused only when it was retried meanwhile.
                var outcome = await jobs.HandleAsync(
                    jobId,
                    new DeleteJob(project.Reason),
                    _ownAccount with
                    {
                        CorrelationId = JobDecisions.StreamOf(jobId),
                    },
                    cancellationToken: cancellationToken
                );
                return outcome.Events.Count > 0;
            },
            cancellationToken
        );

    private async Task DeleteKeysAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        int deleted;
        do
        {
            await using var batch = store.DataSource.CreateBatch();
            batch.Add(
                $"""
                delete from job_submission where ctid = any(array(
                  select ctid from job_submission where created_at < $1 limit {StepKeys}))
                """,
                before
            );
            deleted = await batch.ExecuteNonQueryAsync(cancellationToken);
        } while (deleted > 0);
    }
}
