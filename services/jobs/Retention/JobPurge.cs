using Platform.EventStore;
using Platform.Jobs.Changing;
using Platform.Jobs.Coordination;
using Platform.Jobs.LogSearch;
using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Retention;

/// <summary>
/// Deletes jobs for good. The event and the rows that lists read are one transaction; the bulk of a job's data follows in small
/// steps (<see cref="DeleteLeftoversAsync(CancellationToken)"/>), so that no transaction is long and nothing is forgotten when the process ends.
/// </summary>
internal sealed class JobPurge(
    JobsStore store,
    JobDecisions jobs,
    LogIndex logIndex,
    RetentionSteps steps,
    TimeProvider clock
)
{
    /// <summary>How many rows a step deletes; a log chunk has up to 64 KiB.</summary>
    private const int StepRows = 200;

    private static readonly string[] _tables = ["job_file", "job_wait"];

    private static readonly Refusal _notSettled = Refusals.Of(JobSentences.NotSettled);

    /// <summary>Deletes a job that is in the recycle bin, or says what that would delete.</summary>
    public async Task<PurgedJob> PurgeAsync(
        string id,
        bool dryRun,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        if (!Guid.TryParse(id, out var jobId))
        {
            return Left(UserJobCommands.NoJob(id));
        }

        var (job, _) = await store.LoadAsync(Job.Decider, JobDecisions.StreamOf(jobId), cancellationToken);
        if (job.Status is JobStatus.None)
        {
            return Left(UserJobCommands.NoJob(id));
        }

        if (Job.Decide(job, new PurgeJob(), clock.GetUtcNow()) is Decision<JobEvent>.Refused refused)
        {
            return Left(BatchItem.Refused(id, refused.Refusal));
        }

        // A deleted job is not retried, so that it stays settled.
        var (content, isSettled) = await ReadAsync(jobId, cancellationToken);
        if (!isSettled)
        {
            return Left(BatchItem.Refused(id, _notSettled));
        }

        if (dryRun)
        {
            return new PurgedJob(id, Done: true, content, Problem: null);
        }

        var outcome = await jobs.HandleAsync(
            jobId,
            new PurgeJob(),
            metadata with
            {
                CorrelationId = JobDecisions.StreamOf(jobId),
            },
            sideEffects: batch =>
            {
                batch.Add("insert into purged_job (job_id) values ($1) on conflict do nothing", jobId);
                // At once, since a repeated submission would look for the job of its key.
                batch.Add("delete from job_submission where job_id = $1", jobId);
            },
            cancellationToken: cancellationToken
        );
        return outcome.Refusal is { } refusal
            ? Left(BatchItem.Refused(id, refusal))
            : new PurgedJob(id, Done: true, content, Problem: null);
    }

    /// <summary>Deletes the jobs that have been in the recycle bin since before a time.</summary>
    public Task PurgeDueAsync(
        DateTimeOffset deletedBefore,
        EventMetadata metadata,
        CancellationToken cancellationToken
    ) =>
        steps.ForEachAsync(
            "purge jobs that were in the recycle bin for long enough",
            limit => FindDueAsync(deletedBefore, limit, cancellationToken),
            jobId => $"purge job {jobId}",
            async jobId =>
                (await PurgeAsync(JobDecisions.StreamOf(jobId), dryRun: false, metadata, cancellationToken)).Done,
            cancellationToken
        );

    /// <summary>Finds jobs that have been in the recycle bin since before a time, the longest there first.</summary>
    private async Task<IReadOnlyList<Guid>> FindDueAsync(
        DateTimeOffset deletedBefore,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            "select job_id from job_summary where is_deleted and deleted_at < $1 order by deleted_at, job_id limit $2"
        );
        command.Parameters.Add(new() { Value = deletedBefore });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadColumnAsync<Guid>(cancellationToken);
    }

    /// <summary>Deletes what purged jobs have left behind.</summary>
    public Task DeleteLeftoversAsync(CancellationToken cancellationToken) =>
        steps.ForEachAsync(
            "delete the files and logs of purged jobs",
            limit => FindPurgedAsync(limit, cancellationToken),
            jobId => $"delete the files and logs of purged job {jobId}",
            async jobId =>
            {
                await DeleteLeftoversAsync(jobId, cancellationToken);
                return true;
            },
            cancellationToken
        );

    private async Task<IReadOnlyList<Guid>> FindPurgedAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand("select job_id from purged_job limit $1");
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadColumnAsync<Guid>(cancellationToken);
    }

    private async Task DeleteLeftoversAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await logIndex.DeleteAsync(jobId, cancellationToken);
        await DeleteChunksAsync(jobId, cancellationToken);
        await using var batch = store.DataSource.CreateBatch();
        foreach (var table in _tables)
        {
            batch.Add($"delete from {table} where job_id = $1", jobId);
        }

        batch.Add("delete from purged_job where job_id = $1", jobId);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task DeleteChunksAsync(Guid jobId, CancellationToken cancellationToken)
    {
        int deleted;
        do
        {
            await using var batch = store.DataSource.CreateBatch();
            batch.Add(
                $"""
                delete from log_chunk where ctid = any(array(
                  select ctid from log_chunk where job_id = $1 limit {StepRows}))
                """,
                jobId
            );
            deleted = await batch.ExecuteNonQueryAsync(cancellationToken);
        } while (deleted > 0);
    }

    private async Task<(JobContent Content, bool IsSettled)> ReadAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select (select coalesce(sum(next_offset), 0)::bigint from log_state where job_id = $1),
              (select count(*)::int from job_file where job_id = $1),
              not exists (select from saga where saga_type = $2 and correlation_id = $1 and state <> $3)
              and not exists (
                select from job_summary
                where parent_id = $1 and status not in ('succeeded', 'failed', 'cancelled'))
            """
        );
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = JobCoordinationStateMachine.Endpoint });
        command.Parameters.Add(new() { Value = nameof(JobCoordinationStateMachine.Settled) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (new JobContent(reader.GetInt64(0), reader.GetInt32(1)), reader.GetBoolean(2));
    }

    private static PurgedJob Left(BatchItem item) => new(item.Id, Done: false, Content: null, item.Problem);
}
