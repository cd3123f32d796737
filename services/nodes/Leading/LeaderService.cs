using Microsoft.Extensions.Options;
using Platform.Nodes.Heartbeats;
using Platform.Nodes.Placements;

namespace Platform.Nodes.Leading;

/// <summary>Runs what must run in one process only: the scheduler, the node monitor and the waiting reasons.</summary>
internal sealed partial class LeaderService(
    NodesStore store,
    SchedulerLoop scheduler,
    NodeMonitor monitor,
    WaitingReasons reasons,
    IOptions<NodesOptions> options,
    TimeProvider clock,
    ILogger<LeaderService> log
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var leadership = await Leadership.TryTakeAsync(store, stoppingToken);
                if (leadership is not null)
                {
                    Leading(log, leadership.Term);
                    await LeadAsync(leadership, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LeadershipLost(log, e);
            }

            await Task.Delay(options.Value.Poll, clock, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LeadAsync(Leadership leadership, CancellationToken stoppingToken)
    {
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        Task[] work =
        [
            scheduler.RunAsync(leadership.Term, leading.Token),
            monitor.RunAsync(leading.Token),
            reasons.RunAsync(leading.Token),
            leadership.HoldAsync(clock, leading.Token),
        ];
        var first = await Task.WhenAny(work);
        await leading.CancelAsync();
        await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    [LoggerMessage(1, LogLevel.Information, "This process is the scheduler leader, term {Term}")]
    private static partial void Leading(ILogger log, long term);

    [LoggerMessage(2, LogLevel.Error, "Lost the scheduler leadership; retrying")]
    private static partial void LeadershipLost(ILogger log, Exception exception);
}
