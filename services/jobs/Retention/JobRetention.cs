using Microsoft.Extensions.Options;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Retention;

/// <summary>
/// Deletes what this service keeps no longer: jobs that have been in the recycle bin for long enough, the logs, files and keys of
/// purged jobs, idempotency keys that nobody repeats any more.
/// </summary>
internal sealed class JobRetention(
    JobsStore store,
    JobPurge purge,
    IOptions<JobsOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<RetentionService> logger
) : RetentionService(lifetime, clock, logger)
{
    private const int StepKeys = 1000;

    private static readonly EventMetadata _ownAccount = new(
        CausationId: nameof(JobRetention),
        Headers: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [RequestMetadata.Actor] = Caller.Service("jobs").Subject,
        }
    );

    protected override TimeSpan Interval => options.Value.RetentionInterval;

    protected override async Task SweepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await purge.PurgeDueAsync(now - options.Value.KeepDeleted, _ownAccount, cancellationToken);
        await purge.DeleteLeftoversAsync(cancellationToken);
        await DeleteKeysAsync(now - options.Value.KeepKeys, cancellationToken);
    }

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
