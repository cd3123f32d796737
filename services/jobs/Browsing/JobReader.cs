using System.Text.Json;
using Npgsql;
using Platform.Contracts;
using Platform.Contracts.Jobs;
using Platform.EventStore;
using Platform.Jobs.Training;

namespace Platform.Jobs.Browsing;

/// <summary>Reads jobs for the API.</summary>
internal sealed class JobReader(JobsStore store)
{
    /// <summary>The columns that <see cref="ReadItem"/> reads, in order.</summary>
    public const string ItemColumns = """
        s.job_id, s.name, s.project, s.status, s.stopping, s.attempt, s.priority, s.nodes, s.run_id, s.submitted_at,
        case when s.status = 'queued' then s.not_before end, s.started_at, s.ended_at, s.exit_code,
        coalesce(w.reason, s.reason), s.detail, s.submitted_by, s.parent_id
        """;

    /// <summary>Jobs with their current waiting reasons.</summary>
    public const string ItemTables = """
        job_summary s left join job_wait w on s.status = 'queued' and w.job_id = s.job_id and w.attempt = s.attempt
        """;

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
            $"select {ItemColumns}, s.version, d.spec from {ItemTables} join job_spec d on d.job_id = s.job_id where s.job_id = $1",
            jobId
        );
        batch.Add(
            """
            select r.rank, r.started_at, r.ended_at, r.reason, r.exit_code, r.detail
            from job_rank r join job_summary s on s.job_id = r.job_id and s.attempt = r.attempt
            where r.job_id = $1 order by r.rank
            """,
            jobId
        );
        batch.Add("select status, count(*)::int from job_summary where parent_id = $1 group by status", jobId);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var item = ReadItem(reader);
        var version = reader.GetInt64(18);
        var spec = ReadSpec(await reader.GetFieldValueAsync<byte[]>(19, cancellationToken));
        await reader.NextResultAsync(cancellationToken);
        var ranks = await ReadRanksAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return (Detail(item, spec, ranks, await ReadChildrenAsync(reader, cancellationToken)), version);
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
                    reader.GetInt32(0),
                    Time(reader, 1),
                    Time(reader, 2),
                    Text(reader, 3),
                    Number(reader, 4),
                    Text(reader, 5)
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
    public static JobItem ReadItem(NpgsqlDataReader row) =>
        new()
        {
            Id = row.GetGuid(0),
            Name = row.GetString(1),
            Project = row.GetString(2),
            Status = row.GetString(3),
            Stopping = row.GetBoolean(4),
            Attempt = row.GetInt32(5),
            Priority = row.GetInt32(6),
            Nodes = ReadNodes(row.GetFieldValue<byte[]>(7)),
            RunId = row.GetGuid(8),
            SubmittedAt = row.GetFieldValue<DateTimeOffset>(9),
            NotBefore = Time(row, 10),
            StartedAt = Time(row, 11),
            EndedAt = Time(row, 12),
            ExitCode = Number(row, 13),
            Reason = Text(row, 14),
            Detail = Text(row, 15),
            SubmittedBy = Text(row, 16),
            ParentId = row.IsDBNull(17) ? null : row.GetGuid(17),
        };

    public static JobSpec ReadSpec(byte[] json) => JsonSerializer.Deserialize(json, JobEventsJson.Default.JobSpec)!;

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static string? Text(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    private static int? Number(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    private static IReadOnlyList<PlacedNode> ReadNodes(byte[] json) =>
        JsonSerializer.Deserialize<IReadOnlyList<PlacedNode>>(json, JsonDefaults.Lenient)!;

    private static JobDetail Detail(
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
            Detail = item.Detail,
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
        };
}
