using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Platform.Contracts;
using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Training;

/// <summary>
/// The list of jobs and, in separate tables to keep its rows narrow, their specifications and the processes of attempts of
/// several. Inline, so that readers see their own writes.
/// </summary>
internal sealed class JobSummaryProjection : SqlProjection
{
    public override string Name => "job_summary:v1";

    public override IReadOnlyList<string> Tables => ["job_summary", "job_spec", "job_rank"];

    public override void Project(StoredEvent stored, NpgsqlBatch batch)
    {
        var jobId = Guid.Parse(stored.StreamId);
        switch (stored.Data)
        {
            case JobSubmitted e:
                Submit(e, stored, batch);
                break;
            case JobQueued e:
                batch.Add(
                    """
                    update job_summary set status = 'queued', stopping = false, attempt = $4, nodes = '[]', reason = $5,
                      reason_code = $7, detail = null, detail_code = null, exit_code = null, not_before = $6, started_at = null, ended_at = null,
                      version = $2, changed_at = $3
                    where job_id = $1
                    """,
                    jobId,
                    stored.Version,
                    e.At,
                    e.Attempt,
                    Text(e.Reason),
                    e.NotBefore,
                    Code(e.ReasonCode)
                );
                break;
            case JobPlaced e:
                batch.Add(
                    """
                    update job_summary set status = 'placed', nodes = $4, reason = null, reason_code = null, version = $2,
                      changed_at = $3
                    where job_id = $1
                    """,
                    jobId,
                    stored.Version,
                    e.At,
                    Json(e.Nodes)
                );
                AddRanks(jobId, e, batch);
                break;
            case JobStarted e:
                batch.Add(
                    "update job_summary set status = 'running', started_at = $3, version = $2, changed_at = $3 where job_id = $1",
                    jobId,
                    stored.Version,
                    e.At
                );
                StartRank(jobId, e.Attempt, e.Rank, e.At, batch);
                break;
            case RankStarted e:
                Touch(jobId, stored.Version, e.At, batch);
                StartRank(jobId, e.Attempt, e.Rank, e.At, batch);
                break;
            case RankExited e:
                Touch(jobId, stored.Version, e.At, batch);
                EndRank(jobId, e, batch);
                break;
            case AttemptFailed e:
                Touch(jobId, stored.Version, e.At, batch);
                break;
            case AttemptLost e:
                Touch(jobId, stored.Version, e.At, batch);
                break;
            case StopRequested e:
                batch.Add(
                    "update job_summary set stopping = true, version = $2, changed_at = $3 where job_id = $1",
                    jobId,
                    stored.Version,
                    e.At
                );
                break;
            case JobSucceeded e:
                End("succeeded", EndReasons.ExitCode, exitCode: 0, e.Detail, e.DetailCode, e.At);
                break;
            case JobFailed e:
                End("failed", e.Reason, e.ExitCode, e.Detail, e.DetailCode, e.At);
                break;
            case JobCancelled e:
                End("cancelled", EndReasons.Cancelled, e.ExitCode, detail: null, code: null, e.At);
                break;
            case JobDeleted e:
                SetDeletion(e.At, stored.Actor(), e.Reason, e.At);
                break;
            case JobRestored e:
                SetDeletion(deletedAt: null, by: null, reason: null, e.At);
                break;
            case JobPurged:
                foreach (var table in Tables)
                {
                    batch.Add($"delete from {table} where job_id = $1", jobId);
                }

                break;
        }

        void SetDeletion(DateTimeOffset? deletedAt, string? by, string? reason, DateTimeOffset at) =>
            batch.Add(
                """
                update job_summary set deleted_at = $4, deleted_by = $5, delete_reason = $6, version = $2, changed_at = $3
                where job_id = $1
                """,
                jobId,
                stored.Version,
                at,
                Time(deletedAt),
                Text(by),
                Text(reason)
            );

        // In events of release 0.1.0 the end of a short process can lie before its start.
        void End(string status, string reason, int? exitCode, string? detail, SentenceCode? code, DateTimeOffset at) =>
            batch.Add(
                """
                update job_summary set status = $4, stopping = false, reason = $5, reason_code = null, exit_code = $6,
                  detail = $7, detail_code = $8, ended_at = greatest($3, started_at), version = $2, changed_at = $3
                where job_id = $1
                """,
                jobId,
                stored.Version,
                at,
                status,
                reason,
                Number(exitCode),
                Text(detail),
                Code(code)
            );
    }

    private static void Submit(JobSubmitted e, StoredEvent stored, NpgsqlBatch batch)
    {
        batch.Add(
            """
            insert into job_summary
              (job_id, run_id, name, search_name, project, status, attempt, priority, submitted_at, changed_at, version,
               submitted_by, parent_id)
            values ($1, $2, $3, $8, $4, 'pending', 1, $5, $6, $6, $7, $9, $10)
            """,
            e.JobId,
            e.RunId,
            e.Spec.Name,
            e.Spec.Project,
            e.Spec.Priority,
            e.At,
            stored.Version,
            TextIndex.Fold(e.Spec.Name),
            Text(stored.Actor()),
            new NpgsqlParameter { Value = e.Spec.ParentId ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid }
        );
        batch.Add(
            "insert into job_spec (job_id, spec, request_id, trace_parent) values ($1, $2, $3, $4)",
            e.JobId,
            Jsonb(JsonSerializer.SerializeToUtf8Bytes(e.Spec, JobEventsJson.Default.JobSpec)),
            Text(RequestId.Of(stored)),
            Text(stored.TraceParent())
        );
    }

    private static void AddRanks(Guid jobId, JobPlaced e, NpgsqlBatch batch)
    {
        if (e.Nodes.Count > 1)
        {
            batch.Add(
                "insert into job_rank (job_id, attempt, rank) select $1, $2, unnest($3::int[])",
                jobId,
                e.Attempt,
                e.Nodes.Select(node => node.Rank).ToArray()
            );
        }
    }

    private static void StartRank(Guid jobId, int attempt, int rank, DateTimeOffset at, NpgsqlBatch batch) =>
        batch.Add(
            "update job_rank set started_at = $4 where job_id = $1 and attempt = $2 and rank = $3",
            jobId,
            attempt,
            rank,
            at
        );

    private static void EndRank(Guid jobId, RankExited e, NpgsqlBatch batch) =>
        batch.Add(
            """
            update job_rank set ended_at = greatest($4, started_at), reason = $5, exit_code = $6, detail = $7,
              detail_code = $8
            where job_id = $1 and attempt = $2 and rank = $3
            """,
            jobId,
            e.Attempt,
            e.Rank,
            e.At,
            e.Reason,
            Number(e.ExitCode),
            Text(e.Detail),
            Code(e.DetailCode)
        );

    private static void Touch(Guid jobId, long version, DateTimeOffset at, NpgsqlBatch batch) =>
        batch.Add("update job_summary set version = $2, changed_at = $3 where job_id = $1", jobId, version, at);

    private static NpgsqlParameter Text(string? value) =>
        new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Code(SentenceCode? code) =>
        new() { Value = code?.ToJson() ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb };

    private static NpgsqlParameter Time(DateTimeOffset? value) =>
        new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static NpgsqlParameter Number(int? value) =>
        new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer };

    private static NpgsqlParameter Json(IReadOnlyList<PlacedNode> nodes) =>
        Jsonb(JsonSerializer.SerializeToUtf8Bytes(nodes, JsonDefaults.Lenient));

    private static NpgsqlParameter Jsonb(byte[] json) => new() { Value = json, NpgsqlDbType = NpgsqlDbType.Jsonb };
}
