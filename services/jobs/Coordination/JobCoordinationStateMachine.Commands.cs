using MassTransit;
using Platform.Contracts.Agents;
using Platform.Contracts.Nodes;
using Platform.Messaging;

namespace Platform.Jobs.Coordination;

/// <summary>The commands of the saga, and how long it waits for each answer.</summary>
internal sealed partial class JobCoordinationStateMachine
{
    private async Task RequestPlacementAgainAsync(BehaviorContext<JobCoordination> context)
    {
        Wait(context.Saga);
        await context.Publish(CoordinationCommands.RequestPlacement(context.Saga), context.CancellationToken);
    }

    private async Task StartAgainAsync(BehaviorContext<JobCoordination> context)
    {
        var saga = context.Saga;
        Wait(saga);
        await SendStartsAsync(context);
    }

    /// <summary>Commands the ranks that have not started.</summary>
    private static async Task SendStartsAsync(BehaviorContext<JobCoordination> context)
    {
        var saga = context.Saga;
        var commands = CoordinationCommands.StartProcess(
            saga.CorrelationId,
            saga.Attempt,
            saga.Resources!,
            saga.Nodes,
            saga.Started
        );
        foreach (var command in commands)
        {
            await context.Send(command.Destination!, command.Message);
        }
    }

    private async Task StopAsync(BehaviorContext<JobCoordination> context)
    {
        var saga = context.Saga;
        Wait(saga);
        foreach (var node in saga.Nodes)
        {
            await context.Send(
                QueueAddress.Of(AgentQueues.For(node.NodeId)),
                new StopProcess
                {
                    NodeId = node.NodeId,
                    JobId = saga.CorrelationId,
                    Attempt = saga.Attempt,
                    Rank = node.Rank,
                    Reason = saga.StopReason!,
                }
            );
        }
    }

    private Task ReleaseAsync(BehaviorContext<JobCoordination> context)
    {
        var saga = context.Saga;
        Wait(saga);
        return context.Publish(
            new ReleasePlacement { JobId = saga.CorrelationId, Attempt = saga.Attempt },
            context.CancellationToken
        );
    }

    private async Task ConfirmRunningAsync(BehaviorContext<JobCoordination> context)
    {
        var isOverdue = context.Saga.TimeoutAt <= _clock.GetUtcNow();
        if (context.Saga.IsIncomplete())
        {
            await SendStartsAsync(context);
            // In case it was the message about a start that did not arrive: the agent's answer tells jobs nothing new.
            await _republish.PublishAsync(context, context.Saga.CorrelationId, context.CancellationToken);
        }

        WaitWhileRunning(context.Saga);
        if (isOverdue)
        {
            await context.Publish(
                new StopOverdueJob { JobId = context.Saga.CorrelationId, Attempt = context.Saga.Attempt },
                context.CancellationToken
            );
        }

        await ConfirmAsync(context);
    }

    /// <summary>Asks for the state of the placement, in case the message that a node was lost did not arrive.</summary>
    private static Task ConfirmAsync(BehaviorContext<JobCoordination> context) =>
        context.Publish(
            new ConfirmPlacement { JobId = context.Saga.CorrelationId, Attempt = context.Saga.Attempt },
            context.CancellationToken
        );

    /// <summary>Sets the deadline for an answer: short at first, twice as long with each repeat.</summary>
    private void Wait(JobCoordination saga) => saga.DueAt = _clock.GetUtcNow() + Pause(saga);

    private TimeSpan Pause(JobCoordination saga) =>
        TimeSpan.FromSeconds(
            Math.Min(
                _options.FirstWait.TotalSeconds * Math.Pow(2, Math.Min(saga.Resends, 30)),
                _options.LongestWait.TotalSeconds
            )
        );

    private void WaitWhileRunning(JobCoordination saga)
    {
        var now = _clock.GetUtcNow();
        var confirm = now + (saga.IsIncomplete() ? Pause(saga) : _options.LongestWait);
        saga.DueAt = saga.TimeoutAt > now && saga.TimeoutAt < confirm ? saga.TimeoutAt : confirm;
    }
}
