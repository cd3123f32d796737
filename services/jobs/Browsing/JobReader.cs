using System.Data.Common;
using System.Text.Json;
using Npgsql;
using Platform.Contracts;
using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.EventStore;
using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Browsing;

/// <summary>What was submitted, when, and by which request in which trace.</summary>
internal sealed record SubmittedJob(JobSpec Spec, DateTimeOffset SubmittedAt, string? RequestId, string? TraceParent);

/// <summary>Reads jobs for the API.</summary>
internal sealed class JobReader(JobsStore store, KibanaLinks kibana)
{
    /// <summary>The columns that <see cref="ReadItem"/> reads.</summary>
    public const string ItemColumns = """
        s.job_id, s.name, s.project, s.status, s.stopping, s.attempt, s.priority, s.nodes, s.run_id, s.submitted_at,
        case when s.status = 'queued' then s.not_before end as not_before, s.started_at, s.ended_at, s.exit_code,
        coalesce(w.reason, s.reason) as reason,
        case when w.reason is null then s.reason_code else w.reason_code end as reason_code, s.detail, s.detail_code, s.submitted_by, s.parent_id,
        s.deleted_at, s.deleted_by, s.delete_reason
        """;

    /// <summary>Adds why a job waits now.</summary>
    public const string WaitJoin =
        "left join job_wait w on s.status = 'queued' and w.job_id = s.job_id and w.attempt = s.attempt";

    /// <summary>Reads one job.</summary>
    /// <returns>The job and its version.</returns>
    /// <exception cref="KeyNotFoundException">There is no such job.</exception>
    public async Task<(JobDetail Job, long Version)> GetAsync(Guid jobId, CancellationToken cancellationToken) =>
        await FindAsync(jobId, cancellationToken) ?? throw new KeyNotFoundException($"There is no job {jobId}.");

    /// <summary>Reads one job.</summary>
    /// <returns>Null when there is no such job.</returns>
    public async Task<(JobDetail Job, long Version)?> FindAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            $"select {ItemColumns}, s.version, d.spec from job_summary s {WaitJoin} join job_spec d on d.job_id = s.job_id where s.job_id = $1",
            jobId
        );
        batch.Add(
            """
            select r.rank, r.started_at, r.ended_at, r.reason, r.exit_code, r.detail, r.detail_code
            from job_rank r join job_summary s on s.job_id = r.job_id and s.attempt = r.attempt
            where r.job_id = $1 order by r.rank
            """,
            jobId
        );
        batch.Add(
            "select status, count(*)::int from job_summary where parent_id = $1 and not is_deleted group by status",
            jobId
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var item = ReadItem(reader);
        var version = reader.Value<long>("version");
        var spec = ReadSpec(reader.Value<byte[]>("spec"));
        await reader.NextResultAsync(cancellationToken);
        var ranks = await ReadRanksAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return (Detail(item, spec, ranks, await ReadChildrenAsync(reader, cancellationToken)), version);
    }

    /// <summary>Reads what a job asks for.</summary>
    /// <returns>Null when there is no such job.</returns>
    public async Task<SubmittedJob?> FindSpecAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "select d.spec, s.submitted_at, d.request_id, d.trace_parent from job_summary s join job_spec d on d.job_id = s.job_id where s.job_id = $1"
        );
        command.Parameters.Add(new() { Value = jobId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new SubmittedJob(
                ReadSpec(reader.Value<byte[]>("spec")),
                reader.Value<DateTimeOffset>("submitted_at"),
                reader.TextOrNull("request_id"),
                reader.TextOrNull("trace_parent")
            )
            : null;
    }

    private static async Task<IReadOnlyList<JobRank>?> ReadRanksAsync(
        NpgsqlDataReader reader,
        CancellationToken cancellationToken
    )
    {
        var ranks = new List<JobRank>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ranks.Add(
                new JobRank(
                    reader.Value<int>("rank"),
                    reader.ValueOrNull<DateTimeOffset>("started_at"),
                    reader.ValueOrNull<DateTimeOffset>("ended_at"),
                    reader.TextOrNull("reason"),
                    reader.ValueOrNull<int>("exit_code"),
                    reader.TextOrNull("detail"),
                    Code(reader, "detail_code")
                )
            );
        }

        return ranks.Count == 0 ? null : ranks;
    }

    private static async Task<IReadOnlyDictionary<string, int>?> ReadChildrenAsync(
        NpgsqlDataReader reader,
        CancellationToken cancellationToken
    )
    {
        var children = new SortedDictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            children.Add(reader.GetString(0), reader.GetInt32(1));
        }

        return children.Count == 0 ? null : children;
    }

    /// <summary>Reads a row of <see cref="ItemColumns"/>.</summary>
    public static JobItem ReadItem(DbDataReader row) =>
        new()
        {
            Id = row.Value<Guid>("job_id"),
            Name = row.Value<string>("name"),
            Project = row.Value<string>("project"),
            Status = row.Value<string>("status"),
            Stopping = row.Value<bool>("stopping"),
            Attempt = row.Value<int>("attempt"),
            Priority = row.Value<int>("priority"),
            Nodes = ReadNodes(row.Value<byte[]>("nodes")),
            RunId = row.Value<Guid>("run_id"),
            SubmittedAt = row.Value<DateTimeOffset>("submitted_at"),
            NotBefore = row.ValueOrNull<DateTimeOffset>("not_before"),
            StartedAt = row.ValueOrNull<DateTimeOffset>("started_at"),
            EndedAt = row.ValueOrNull<DateTimeOffset>("ended_at"),
            ExitCode = row.ValueOrNull<int>("exit_code"),
            Reason = row.TextOrNull("reason"),
            ReasonCode = Code(row, "reason_code"),
            Detail = row.TextOrNull("detail"),
            DetailCode = Code(row, "detail_code"),
            SubmittedBy = row.TextOrNull("submitted_by"),
            ParentId = row.ValueOrNull<Guid>("parent_id"),
            Deletion = Deletion.Read(row),
        };

    public static JobSpec ReadSpec(byte[] json) => JsonSerializer.Deserialize(json, JobEventsJson.Default.JobSpec)!;

    private static SentenceCode? Code(DbDataReader row, string column) =>
        row.GetOrdinal(column) is var ordinal && row.IsDBNull(ordinal)
            ? null
            : SentenceCode.FromJson(row.GetFieldValue<byte[]>(ordinal));

    private static IReadOnlyList<PlacedNode> ReadNodes(byte[] json) =>
        JsonSerializer.Deserialize<IReadOnlyList<PlacedNode>>(json, JsonDefaults.Lenient)!;

    private JobDetail Detail(
        JobItem item,
        JobSpec spec,
        IReadOnlyList<JobRank>? ranks,
        IReadOnlyDictionary<string, int>? children
    ) =>
        new()
        {
            Id = item.Id,
            Name = item.Name,
            Project = item.Project,
            ParentId = item.ParentId,
            Status = item.Status,
            Stopping = item.Stopping,
            Attempt = item.Attempt,
            Priority = item.Priority,
            Nodes = item.Nodes,
            RunId = item.RunId,
            SubmittedAt = item.SubmittedAt,
            SubmittedBy = item.SubmittedBy,
            NotBefore = item.NotBefore,
            StartedAt = item.StartedAt,
            EndedAt = item.EndedAt,
            ExitCode = item.ExitCode,
            Reason = item.Reason,
            ReasonCode = item.ReasonCode,
            Detail = item.Detail,
            DetailCode = item.DetailCode,
            Deletion = item.Deletion,
            Children = children,
            Ranks = ranks,
            Command = spec.Command,
            Files = spec.Files,
            Source = spec.Source,
            Inputs = spec.Inputs,
            Outputs = spec.Outputs,
            Resources = spec.Resources,
            Labels = spec.Labels,
            Retry = spec.Retry,
            TimeoutSeconds = spec.TimeoutSeconds,
            Env = spec.Env,
            KibanaUrl = kibana.LogsOf(item),
        };
}
