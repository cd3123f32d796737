using MassTransit;
using Microsoft.Extensions.Options;
using Platform.Contracts.Nodes;
using Platform.EventStore;
using Platform.Jobs.Groups;

namespace Platform.Jobs.Coordination;

/// <summary>
/// Publishes the messages of jobs again that may have been lost: at start for every job that changed shortly before the last
/// change; from then on for jobs whose saga has fallen behind. No single message has to arrive, not even the first. The same
/// goes for the command to cancel what belongs to a cancelled job. Placements that are waited for are confirmed in bulk, at
/// start and once in a while, since their sagas repeat nothing.
/// </summary>
internal sealed partial class ResumeUnsettledJobs(
    JobsStore store,
    RepublishJob republish,
    JobGroups groups,
    IBusControl bus,
    IOptions<JobsOptions> options,
    TimeProvider clock,
    ILogger<ResumeUnsettledJobs> logger
) : BackgroundService
{
    private const int WaitingPage = 500;

    private const string RecentlyChanged = """
        select s.job_id from job_summary s
        where s.changed_at >= (select max(changed_at) from job_summary) - $1
        order by s.submitted_at
        """;

    /// <summary>
    /// Compares each job with the state of its saga. Healthy jobs cost no messages, however many there are.
    /// </summary>
    private const string LeftBehind = """
        select s.job_id
        from job_summary s left join saga g on g.saga_type = $1 and g.correlation_id = s.job_id
        where s.status not in ('succeeded', 'failed', 'cancelled') and s.changed_at < $2
          and (g.state, (g.data->>'attempt')::int) is distinct from
              (case when s.stopping then 'Stopping' when s.status = 'running' then 'Running'
                    when s.status = 'placed' then 'Starting' else 'AwaitingPlacement' end, s.attempt)
        union all
        select s.job_id
        from saga g join job_summary s on s.job_id = g.correlation_id
        where g.saga_type = $1 and g.state not in ('Releasing', 'Settled')
          and s.status in ('succeeded', 'failed', 'cancelled') and s.changed_at < $2
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
        var isStarting = true;
        var confirmDue = clock.GetUtcNow();
        using var timer = new PeriodicTimer(options.Value.ResumeInterval, clock);
        do
        {
            try
            {
                var lag = isStarting ? TimeSpan.Zero : options.Value.ResumeInterval;
                var jobs = await LeftBehindAsync(store, clock.GetUtcNow() - lag, stoppingToken);
                if (isStarting)
                {
                    jobs.AddRange(
                        await FindAsync(store, RecentlyChanged, [options.Value.ResumeChanged], stoppingToken)
                    );
                }

                foreach (var jobId in jobs.Distinct())
                {
                    await republish.PublishAsync(bus, jobId, stoppingToken);
                }

                if (jobs.Count > 0)
                {
                    LogResumed(jobs.Count);
                }

                await groups.CancelForgottenAsync(stoppingToken);
                isStarting = false;
                if (clock.GetUtcNow() >= confirmDue)
                {
                    await ConfirmWaitingAsync(stoppingToken);
                    confirmDue = clock.GetUtcNow() + options.Value.ConfirmInterval;
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Finds jobs whose saga has not reached the state that they have had since before a time.</summary>
    internal static Task<List<Guid>> LeftBehindAsync(
        JobsStore store,
        DateTimeOffset since,
        CancellationToken cancellationToken
    ) => FindAsync(store, LeftBehind, [JobCoordinationStateMachine.Endpoint, since], cancellationToken);

    private async Task ConfirmWaitingAsync(CancellationToken cancellationToken)
    {
        for (var last = Guid.Empty; ; )
        {
            var page = await ReadWaitingAsync(last, cancellationToken);
            if (page.Count > 0)
            {
                await bus.Publish(new ConfirmWaiting { Waiting = page }, cancellationToken);
            }

            if (page.Count < WaitingPage)
            {
                return;
            }

            last = page[^1].JobId;
        }
    }

    /// <summary>Reads attempts whose saga waits without a deadline.</summary>
    private async Task<List<WaitingAttempt>> ReadWaitingAsync(Guid after, CancellationToken cancellationToken)
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            select correlation_id, (data->>'attempt')::int from saga
            where saga_type = $1 and state = $2 and due_at is null and correlation_id > $3
            order by correlation_id limit $4
            """,
            JobCoordinationStateMachine.Endpoint,
            nameof(JobCoordinationStateMachine.AwaitingPlacement),
            after,
            WaitingPage
        );
        var waiting = new List<WaitingAttempt>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            waiting.Add(new WaitingAttempt { JobId = reader.GetGuid(0), Attempt = reader.GetInt32(1) });
        }

        return waiting;
    }

    private static async Task<List<Guid>> FindAsync(
        JobsStore store,
        string sql,
        object[] parameters,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        return await command.ReadColumnAsync<Guid>(cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Information, "Resumed {Count} jobs")]
    private partial void LogResumed(int count);

    [LoggerMessage(2, LogLevel.Warning, "Resuming unsettled jobs failed; retrying")]
    private partial void LogFailed(Exception exception);
}
