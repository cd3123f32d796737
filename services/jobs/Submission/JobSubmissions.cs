using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using Platform.EventStore;
using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Submission;

/// <summary>The result of a submission.</summary>
internal enum SubmissionResult
{
    Created,

    /// <summary>An earlier request with the same key created the job.</summary>
    Existing,

    /// <summary>The key, or the job's id, belongs to another request; nothing was stored.</summary>
    KeyTaken,

    /// <summary>The parent does not exist, has ended or is being stopped; nothing was stored.</summary>
    ParentTakesNone,

    /// <summary>A disk of the platform is full; nothing was stored.</summary>
    DiskFull,
}

/// <summary>The result of a submission, and the job with its key.</summary>
/// <param name="FullDisk">The disk that is full, with <see cref="SubmissionResult.DiskFull"/>.</param>
internal sealed record JobSubmission(Guid JobId, SubmissionResult Result, DiskState? FullDisk = null);

/// <summary>
/// Stores new jobs. The key, the files and the event are one transaction, so that concurrent requests with one key
/// create one job.
/// </summary>
internal sealed class JobSubmissions(JobsStore store, DiskWatch disks, TimeProvider clock)
{
    private const string KeyConstraint = "job_submission_pkey";

    /// <summary>The SQL state of a child of a job that takes none.</summary>
    private const string ParentTakesNone = "PJ001";

    /// <param name="jobId">The id that the caller chose, which needs a <paramref name="key"/>; null for a new one.</param>
    public async Task<JobSubmission> SubmitAsync(
        JobSpec spec,
        IReadOnlyDictionary<string, string?>? files,
        string? key,
        EventMetadata metadata,
        Guid? jobId = null,
        CancellationToken cancellationToken = default
    )
    {
        var subject = metadata.Headers?.GetValueOrDefault(StoredEvent.ActorHeader) ?? "";
        // The spec holds the digests of the files, so its own digest covers the whole body.
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(spec, JobEventsJson.Default.JobSpec));
        if (key is not null && await FindAsync(subject, key, hash, cancellationToken) is { } earlier)
        {
            return earlier;
        }

        if (disks.FindFull() is { } full)
        {
            return new JobSubmission(Guid.Empty, SubmissionResult.DiskFull, full);
        }

        var submit = new SubmitJob(
            jobId ?? Guid.CreateVersion7(clock.GetUtcNow()),
            Guid.CreateVersion7(clock.GetUtcNow()),
            spec
        );
        try
        {
            await AppendAsync(submit, metadata, AddRows, cancellationToken);
            return new JobSubmission(submit.JobId, SubmissionResult.Created);
        }
        catch (PostgresException refused) when (refused.SqlState is ParentTakesNone)
        {
            return new JobSubmission(submit.JobId, SubmissionResult.ParentTakesNone);
        }
        catch (StreamVersionConflictException) when (jobId is not null)
        {
            // A concurrent repeat, or the id is that of another job.
            return await FindAsync(subject, key!, hash, cancellationToken)
                ?? new JobSubmission(submit.JobId, SubmissionResult.KeyTaken);
        }
        catch (PostgresException lost)
            when (lost.SqlState is PostgresErrorCodes.UniqueViolation && lost.ConstraintName is KeyConstraint)
        {
            return await FindAsync(subject, key!, hash, cancellationToken)
                ?? throw new InvalidOperationException(
                    "The job of a concurrent request with the same idempotency key was not found.",
                    lost
                );
        }

        void AddRows(NpgsqlBatch batch)
        {
            if (spec.ParentId is { } parent)
            {
                batch.Add("select job_parent_check($1)", parent);
            }

            foreach (var file in spec.Files)
            {
                batch.Add(
                    "insert into job_file (job_id, path, content) values ($1, $2, $3)",
                    submit.JobId,
                    file.Path,
                    files![file.Path]
                );
            }

            if (key is not null)
            {
                batch.Add(
                    "insert into job_submission (subject, idempotency_key, body_hash, job_id) values ($1, $2, $3, $4)",
                    subject,
                    key,
                    hash,
                    submit.JobId
                );
            }
        }
    }

    /// <summary>The id is new, so there is no stream to load first.</summary>
    private Task<long> AppendAsync(
        SubmitJob submit,
        EventMetadata metadata,
        SideEffects sideEffects,
        CancellationToken cancellationToken
    )
    {
        var decision = (Decision<JobEvent>.Accepted)Job.Decide(Job.Initial, submit, clock.GetUtcNow());
        return store.AppendAsync(
            JobDecisions.StreamOf(submit.JobId),
            Job.Decider.StreamType,
            ExpectedVersion.New,
            decision.Events,
            metadata with
            {
                CorrelationId = JobDecisions.StreamOf(submit.JobId),
            },
            sideEffects,
            cancellationToken
        );
    }

    private async Task<JobSubmission?> FindAsync(
        string subject,
        string key,
        byte[] hash,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            "select job_id, body_hash = $3 from job_submission where subject = $1 and idempotency_key = $2"
        );
        command.Parameters.Add(new() { Value = subject });
        command.Parameters.Add(new() { Value = key });
        command.Parameters.Add(new() { Value = hash });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new JobSubmission(
                reader.GetGuid(0),
                reader.GetBoolean(1) ? SubmissionResult.Existing : SubmissionResult.KeyTaken
            )
            : null;
    }
}
