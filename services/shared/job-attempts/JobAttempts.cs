using MassTransit;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;
using NpgsqlTypes;
using Platform.Contracts.Jobs;

namespace Platform.JobAttempts;

/// <summary>
/// What a service other than jobs knows of attempts: which is a job's newest, where each runs and what it reads and makes.
/// Attempts are the jobs service's; this table repeats what it announces (<see cref="RecordJobAttempts{TStore}"/>), or the
/// number of an attempt whose first request is quicker.
/// </summary>
public sealed class JobAttempts<TStore>(TStore store, IBus bus) : IDisposable
    where TStore : EventStore.EventStore
{
    private const string Columns = """
        a.job_id, a.attempt, a.nodes, a.inputs, a.outputs, a.lost, a.ended,
        not exists (select from job_attempt later where later.job_id = a.job_id and later.attempt > a.attempt)
        """;

    /// <summary>
    /// So long a purged job's attempts are kept: an agent that was away until then is refused for good what it still has of them, where one
    /// that is unknown would be told to try again.
    /// </summary>
    private static readonly TimeSpan _keepPurged = TimeSpan.FromDays(30);

    /// <summary>How soon the jobs service is asked again about the same job.</summary>
    private static readonly TimeSpan _askInterval = TimeSpan.FromSeconds(2);

    private readonly MemoryCache _asked = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    public Task QueuedAsync(Guid jobId, int attempt, CancellationToken cancellationToken) =>
        ExecuteAsync(
            "insert into job_attempt (job_id, attempt) values ($1, $2) on conflict do nothing",
            cancellationToken,
            jobId,
            attempt
        );

    public Task PlacedAsync(JobPlacedMessage placed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(placed);
        return ExecuteAsync(
            """
            insert into job_attempt as a (job_id, attempt, nodes, inputs, outputs) values ($1, $2, $3, $4, $5)
            on conflict (job_id, attempt) do update set nodes = excluded.nodes,
              inputs = coalesce(excluded.inputs, a.inputs), outputs = coalesce(excluded.outputs, a.outputs)
            """,
            cancellationToken,
            placed.JobId,
            placed.Attempt,
            placed.Nodes.OrderBy(node => node.Rank).Select(node => node.NodeId).ToArray(),
            Texts(placed.Inputs),
            Texts(placed.Outputs)
        );
    }

    public Task LostAsync(Guid jobId, int attempt, CancellationToken cancellationToken) =>
        ExecuteAsync(
            """
            insert into job_attempt (job_id, attempt, lost) values ($1, $2, true)
            on conflict (job_id, attempt) do update set lost = true
            """,
            cancellationToken,
            jobId,
            attempt
        );

    public Task EndedAsync(Guid jobId, int attempt, CancellationToken cancellationToken) =>
        ExecuteAsync(
            """
            insert into job_attempt (job_id, attempt, ended) values ($1, $2, true)
            on conflict (job_id, attempt) do update set ended = true
            """,
            cancellationToken,
            jobId,
            attempt
        );

    /// <summary>Lets nobody act for a job's attempts any more, and marks them to be forgotten.</summary>
    public Task PurgedAsync(Guid jobId, DateTimeOffset at, CancellationToken cancellationToken) =>
        ExecuteAsync(
            """
            update job_attempt set lost = true, ended = true, inputs = null, outputs = null,
              purged_at = coalesce(purged_at, $2)
            where job_id = $1
            """,
            cancellationToken,
            jobId,
            at.ToUniversalTime()
        );

    /// <summary>Forgets the attempts of jobs that were purged long ago.</summary>
    public Task ForgetPurgedAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        ExecuteAsync(
            "delete from job_attempt where purged_at < $1",
            cancellationToken,
            (now - _keepPurged).ToUniversalTime()
        );

    /// <summary>One attempt; null when it was not heard of.</summary>
    public async Task<JobAttempt?> FindAsync(Guid jobId, int attempt, CancellationToken cancellationToken) =>
        (await QueryAsync("a.job_id = $1 and a.attempt = $2", cancellationToken, jobId, attempt)).SingleOrDefault();

    /// <summary>The attempts that a node holds, as far as is known.</summary>
    public Task<IReadOnlyList<JobAttempt>> HeldByAsync(Guid nodeId, CancellationToken cancellationToken) =>
        QueryAsync("a.nodes @> array[$1] and not a.lost and not a.ended", cancellationToken, nodeId);

    /// <summary>
    /// Lets a training process in whose attempt is its job's newest, and notes an attempt that was not heard of: its processes
    /// may be quicker than the message about it.
    /// </summary>
    /// <returns>False when the job has a later attempt, or is over, or its attempt has no such rank.</returns>
    public async Task<bool> EnterAsync(Guid jobId, int attempt, int rank, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            select max(attempt), coalesce(bool_or(attempt = $2 and (lost or ended or cardinality(nodes) <= $3)), false)
            from job_attempt where job_id = $1 and attempt >= $2
            """,
            jobId,
            attempt,
            rank
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (newest, isOver) = (
            await reader.IsDBNullAsync(0, cancellationToken) ? 0 : reader.GetInt32(0),
            reader.GetBoolean(1)
        );
        await reader.CloseAsync();
        if (newest == 0)
        {
            await QueuedAsync(jobId, attempt, cancellationToken);
        }

        return newest <= attempt && !isOver;
    }

    /// <summary>
    /// Whether a node may bring what an attempt left: one that it ran and that was not given up, also after a later one began.
    /// </summary>
    /// <param name="attempt">Null for any that it ran.</param>
    /// <param name="rank">Null for any that it ran.</param>
    public async Task<AttemptAccess> OfNodeAsync(
        Guid nodeId,
        Guid jobId,
        int? attempt,
        int? rank,
        CancellationToken cancellationToken
    )
    {
        var all = await QueryAsync("a.job_id = $1", cancellationToken, jobId);
        var meant = all.Where(one => attempt is null || one.Attempt == attempt).ToList();
        var access =
            meant.Exists(one => one.RunsOn(nodeId, rank) && !one.IsLost) ? AttemptAccess.Allowed
            : meant.Exists(one => one.RunsOn(nodeId, rank)) ? AttemptAccess.Fenced
            : meant.Exists(one => one.Nodes is null && !one.IsLost) || all.All(one => one.Attempt < (attempt ?? 1))
                ? AttemptAccess.Unknown
            : AttemptAccess.Foreign;
        if (access is AttemptAccess.Unknown)
        {
            await AskAsync(jobId, cancellationToken);
        }

        return access;
    }

    /// <summary>Asks the jobs service to announce a job again, whose messages may be late or lost.</summary>
    public async Task AskAsync(Guid jobId, CancellationToken cancellationToken)
    {
        if (!_asked.TryGetValue(jobId, out _))
        {
            _asked.Set(
                jobId,
                true,
                new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = _askInterval }
            );
            await bus.Publish(new AnnounceJob { JobId = jobId }, cancellationToken);
        }
    }

    public void Dispose() => _asked.Dispose();

    private async Task<IReadOnlyList<JobAttempt>> QueryAsync(
        string where,
        CancellationToken cancellationToken,
        params object[] parameters
    )
    {
        await using var command = Command($"select {Columns} from job_attempt a where {where}", parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var attempts = new List<JobAttempt>();
        while (await reader.ReadAsync(cancellationToken))
        {
            attempts.Add(
                new JobAttempt(
                    reader.GetGuid(0),
                    reader.GetInt32(1),
                    Read<Guid[]>(reader, 2),
                    Read<string[]>(reader, 3),
                    Read<string[]>(reader, 4),
                    reader.GetBoolean(5),
                    reader.GetBoolean(6),
                    reader.GetBoolean(7)
                )
            );
        }

        return attempts;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = store.DataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter as NpgsqlParameter ?? new NpgsqlParameter { Value = parameter });
        }

        return command;
    }

    private static NpgsqlParameter Texts(IReadOnlyList<string>? texts) =>
        new()
        {
            Value = texts?.ToArray() ?? (object)DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        };

    private static T? Read<T>(NpgsqlDataReader reader, int column)
        where T : class => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
}
