using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Logs;

/// <summary>
/// Wakes the followers of a job's log: immediately for what this process stores, and for what another replica stores by
/// one query for all followed jobs, however many followers there are. Without followers it sleeps.
/// </summary>
internal sealed partial class LogSignals(
    JobsStore store,
    IOptions<JobsOptions> options,
    TimeProvider clock,
    ILogger<LogSignals> logger
) : BackgroundService
{
    private readonly ConcurrentDictionary<Guid, Followed> _followed = new();
    private readonly Signal _came = new();

    /// <summary>Follows a job until the result is disposed.</summary>
    public Follower Follow(Guid jobId)
    {
        while (true)
        {
            var followed = _followed.GetOrAdd(jobId, _ => new Followed());
            lock (followed)
            {
                if (!followed.IsRemoved)
                {
                    followed.Followers++;
                    _came.Raise();
                    return new Follower(this, jobId, followed);
                }
            }
        }
    }

    /// <summary>Signals that something about a job's log changed.</summary>
    public void Pulse(Guid jobId)
    {
        if (_followed.TryGetValue(jobId, out var followed))
        {
            followed.Pulse();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            if (_followed.IsEmpty)
            {
                await _came.WaitAsync(stoppingToken);
                continue;
            }

            await Task.Delay(options.Value.LogPollInterval, clock, stoppingToken);
            try
            {
                await PollAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select s.job_id, s.version, coalesce(l.attempt, 0), coalesce(l.bytes, 0), coalesce(l.complete, 0)
            from job_summary s left join lateral (
              select attempt, sum(next_offset)::bigint as bytes, count(*) filter (where complete) as complete
              from log_state where job_id = s.job_id group by attempt order by attempt desc limit 1) l on true
            where s.job_id = any($1)
            """
        );
        command.Parameters.Add(new() { Value = _followed.Keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (_followed.TryGetValue(reader.GetGuid(0), out var followed))
            {
                followed.Update((reader.GetInt64(1), reader.GetInt32(2), reader.GetInt64(3), reader.GetInt64(4)));
            }
        }
    }

    private void Leave(Guid jobId, Followed followed)
    {
        lock (followed)
        {
            followed.Followers--;
            if (followed.Followers == 0)
            {
                followed.IsRemoved = true;
                _followed.TryRemove(new(jobId, followed));
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Polling the followed logs failed; retrying")]
    private partial void LogFailed(Exception exception);

    /// <summary>One reader of a job's log.</summary>
    public sealed class Follower : IDisposable
    {
        private readonly LogSignals _signals;
        private readonly Guid _jobId;
        private readonly Followed _followed;

        internal Follower(LogSignals signals, Guid jobId, Followed followed) =>
            (_signals, _jobId, _followed) = (signals, jobId, followed);

        /// <summary>
        /// Completes with the next change. Get it before reading, so that no change is missed in between.
        /// </summary>
        public Task NextChange => _followed.NextChange;

        public void Dispose() => _signals.Leave(_jobId, _followed);
    }

    /// <summary>A job with followers in this process.</summary>
    internal sealed class Followed
    {
        private TaskCompletionSource _change = New();
        private (long, int, long, long)? _seen;

        /// <summary>Changed under this object's lock.</summary>
        public int Followers { get; set; }

        /// <summary>True once the last follower left; changed under this object's lock.</summary>
        public bool IsRemoved { get; set; }

        public Task NextChange => Volatile.Read(ref _change).Task;

        public void Pulse() => Interlocked.Exchange(ref _change, New()).TrySetResult();

        /// <summary>Compares with the last seen state; only the poll calls it.</summary>
        public void Update((long, int, long, long) now)
        {
            if (_seen != now)
            {
                _seen = now;
                Pulse();
            }
        }

        private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
