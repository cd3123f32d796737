using Microsoft.Extensions.Options;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Attempts;
using Platform.GpuAgent.Commands;
using Platform.GpuAgent.Limits;
using Platform.GpuAgent.Membership;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.Staging;
using Platform.GpuAgent.State;
using Platform.GpuAgent.Tracking;
using Platform.Messaging;

namespace Platform.GpuAgent;

/// <summary>
/// The agent's main service: recovers trainings, joins, receives commands, sends heartbeats, cleans up.
/// </summary>
internal sealed class AgentService(
    IOptions<AgentOptions> options,
    StateFolder state,
    AttemptRegistry attempts,
    Shims shims,
    JobLimits limits,
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
                log.LogWarning(
                    "Trainings still run: the shutdown timed out before they stopped; the next agent stops them"
                );
            }
        }

        await attempts.DetachAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await HostStartedAsync(stoppingToken);
        log.LogInformation("Jobs are limited to the CPUs and memory that they ask for: {Limits}", limits.State);
        await heartbeats.JoinAsync(stoppingToken);
        shims.Prepare();
        await Task.WhenAll(
            ReceiveCommandsAsync(stoppingToken),
            heartbeats.RunAsync(stoppingToken),
            replay.RunAsync(stoppingToken),
            CleanAsync(stoppingToken)
        );
    }

    // In standalone mode the platform to join is this process itself.
    private async Task HostStartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }

    private async Task ReceiveCommandsAsync(CancellationToken cancellationToken)
    {
        var queue = AgentQueues.For(state.Identity.NodeId);
        Type[] consumers = [typeof(ReceiveStartProcess), typeof(ReceiveStopProcess), typeof(ReceiveReportRecorded)];
        await queues.ConnectAsync(queue, CommandsAtOnce, consumers, cancellationToken);
        log.LogInformation("Receiving commands from {Queue}", queue);
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
                log.LogWarning("Cleaning failed and is retried later: {Reason}", exception.Message);
            }

            await Task.Delay(_cleaning, cancellationToken);
        }
    }
}
