using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Platform.EventStore;
using Platform.Messaging.Broker;

namespace Platform.Messaging.Sagas;

/// <summary>
/// Tells sagas that their time is over. A due row is claimed for 30 s, so that of several processes one sends and a lost
/// message comes again; the saga's answer sets the next deadline. Settled sagas have no answer to give: they are deleted.
/// </summary>
internal sealed partial class DeadlinePoller<TInstance, TStore>(
    TStore store,
    SagaRegistration<TInstance> registration,
    IBus bus,
    BusReadiness readiness,
    TimeProvider clock,
    ILogger<DeadlinePoller<TInstance, TStore>> logger
) : BackgroundService
    where TInstance : class, IDeadlineSaga
    where TStore : EventStore.EventStore
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _claim = TimeSpan.FromSeconds(30);
    private const int PageSize = 200;

    // Compared with what the database wrote by its own clock, so it is never a clock that stands still.
    private readonly DateTimeOffset _createdAt = TimeProvider.System.GetUtcNow();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        var awakened = false;
        using var timer = new PeriodicTimer(_interval, clock);
        do
        {
            try
            {
                // Whatever was sent before this process started may be lost: every saga that waits since sends it again.
                if (!awakened)
                {
                    await MakeAllDueAsync(stoppingToken);
                    awakened = true;
                }

                while (await SendDueAsync(stoppingToken) == PageSize)
                {
                    stoppingToken.ThrowIfCancellationRequested();
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception, registration.Endpoint);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task MakeAllDueAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            update saga set due_at = $2
            where saga_type = $1 and due_at > $2 and state is distinct from $3 and changed_at < $4
            """
        );
        command.Parameters.Add(new() { Value = _createdAt });
        var count = await command.ExecuteNonQueryAsync(cancellationToken);
        if (count > 0)
        {
            LogAwakened(count, registration.Endpoint);
        }
    }

    private async Task<int> SendDueAsync(CancellationToken cancellationToken)
    {
        var due = await ClaimAsync(cancellationToken);
        if (due.Count > 0)
        {
            var endpoint = await bus.GetSendEndpoint(QueueAddress.Of(registration.Endpoint));
            await Task.WhenAll(due.Select(id => endpoint.Send(registration.Deadline(id), cancellationToken)));
        }

        return due.Count;
    }

    private async Task<List<Guid>> ClaimAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            with settled as (
              delete from saga s
              using (
                select correlation_id from saga
                where saga_type = $1 and state = $3 and due_at <= $2
                order by due_at limit $5 for update skip locked) due
              where s.saga_type = $1 and s.correlation_id = due.correlation_id)
            update saga s set due_at = $4
            from (
              select correlation_id from saga
              where saga_type = $1 and state is distinct from $3 and due_at <= $2
              order by due_at limit $5 for update skip locked) due
            where s.saga_type = $1 and s.correlation_id = due.correlation_id
            returning s.correlation_id
            """
        );
        command.Parameters.Add(new() { Value = clock.GetUtcNow() + _claim });
        command.Parameters.Add(new() { Value = PageSize });
        return await command.ReadColumnAsync<Guid>(cancellationToken);
    }

    private NpgsqlCommand Command(string sql)
    {
        var command = store.DataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = registration.Endpoint });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        command.Parameters.Add(
            new() { Value = (object?)registration.Settled ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Varchar }
        );
        return command;
    }

    [LoggerMessage(1, LogLevel.Warning, "Deadlines of {Endpoint} could not be checked; trying again")]
    private partial void LogFailed(Exception exception, string endpoint);

    [LoggerMessage(2, LogLevel.Information, "{Count} waiting sagas of {Endpoint} go on where they were")]
    private partial void LogAwakened(int count, string endpoint);
}
