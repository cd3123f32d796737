using MassTransit;

namespace Platform.Jobs.Coordination;

/// <summary>When the saga sends its commands, and how long it waits for each answer.</summary>
internal sealed partial class JobCoordinationStateMachine
{
    /// <summary>Sends what the new step waits for.</summary>
    private Task SendAsync(BehaviorContext<JobCoordination> context)
    {
        Wait(context.Saga);
        return SendPendingAsync(context);
    }

    /// <summary>No answer came: sends it again.</summary>
    private Task RepeatAsync(BehaviorContext<JobCoordination> context)
    {
        context.Saga.Resends++;
        return SendAsync(context);
    }

    private async Task RepeatWhileRunningAsync(BehaviorContext<JobCoordination> context)
    {
        context.Saga.Resends++;
        await SendPendingAsync(context);
        if (context.Saga.IsIncomplete())
        {
            // In case it was the message about a start that did not arrive: the agent's answer tells jobs nothing new.
            await _republish.PublishAsync(context, context.Saga.CorrelationId, context.CancellationToken);
        }

        WaitWhileRunning(context.Saga);
    }

    private static Task ConfirmAsync(BehaviorContext<JobCoordination> context) =>
        context.Publish(PendingCommands.Confirm(context.Saga).Message, context.CancellationToken);

    private async Task SendPendingAsync(BehaviorContext<JobCoordination> context)
    {
        foreach (var command in PendingCommands.Of(context.Saga, _clock.GetUtcNow()))
        {
            if (command.Destination is { } queue)
            {
                await context.Send(queue, command.Message);
            }
            else
            {
                await context.Publish(command.Message, context.CancellationToken);
            }
        }
    }

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
