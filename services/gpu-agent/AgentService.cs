using Microsoft.Extensions.Options;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Attempts;
using Platform.GpuAgent.Commands;
using Platform.GpuAgent.Membership;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.Staging;
using Platform.GpuAgent.Tracking;
using Platform.Messaging;

namespace Platform.GpuAgent;

/// <summary>The agent's life: finds its trainings again, joins, takes commands, heartbeats, cleans.</summary>
internal sealed class AgentService(
    IOptions<AgentOptions> options,
    StateFolder state,
    AttemptRegistry attempts,
    Shims shims,
    SendHeartbeats heartbeats,
    ReplaySpools replay,
    QueueConnector queues,
    BlobCache cache,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<AgentService> log
) : BackgroundService
{
    private const int CommandsAtOnce = 16;

    private static readonly TimeSpan _cleaning = TimeSpan.FromMinutes(1);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        attempts.Recover();
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (options.Value.OnStop is OnStop.Stop)
        {
            try
            {
                await attempts.StopAllAsync(EndReasons.NodeStopped, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                log.LogWarning("Trainings still run: there was no time to stop them; the next agent will");
            }
        }

        await attempts.LeaveAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await HostStartedAsync(stoppingToken);
        await heartbeats.JoinAsync(stoppingToken);
        shims.Prepare();
        await Task.WhenAll(
            TakeCommandsAsync(stoppingToken),
            heartbeats.RunAsync(stoppingToken),
            replay.RunAsync(stoppingToken),
            CleanAsync(stoppingToken)
        );
    }

    // Inside standalone the platform that is joined is this very process.
    private async Task HostStartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }

    private async Task TakeCommandsAsync(CancellationToken cancellationToken)
    {
        var queue = AgentQueues.For(state.Identity.NodeId);
        Type[] consumers = [typeof(ReceiveStartProcess), typeof(ReceiveStopProcess), typeof(ReceiveReportRecorded)];
        await queues.ConnectAsync(queue, CommandsAtOnce, consumers, cancellationToken);
        log.LogInformation("Takes commands from {Queue}", queue);
    }

    private async Task CleanAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                attempts.RemoveOld();
                cache.Trim(clock.GetUtcNow());
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                log.LogWarning("Cleaning goes on later: {Reason}", exception.Message);
            }

            await Task.Delay(_cleaning, cancellationToken);
        }
    }
}
