using Platform.Contracts.Agents;
using Platform.Contracts.Nodes;
using Platform.Messaging;

namespace Platform.Jobs.Coordination;

/// <summary>
/// The commands that a job waits for an answer to, as a function of its coordination's state alone. Who sends them first, who
/// repeats them and who repairs after a restart send the same.
/// </summary>
internal static class PendingCommands
{
    /// <summary>The commands of the present step; none while it waits for what others do of their own accord.</summary>
    public static IReadOnlyList<OutgoingCommand> Of(JobCoordination job, DateTimeOffset now) =>
        job.CurrentState switch
        {
            nameof(JobCoordinationStateMachine.AwaitingPlacement) => [Request(job)],
            nameof(JobCoordinationStateMachine.Starting) => [.. Starts(job)],
            nameof(JobCoordinationStateMachine.Running) =>
            [
                .. job.IsIncomplete() ? Starts(job) : [],
                .. job.TimeoutAt <= now ? [StopOverdue(job)] : Array.Empty<OutgoingCommand>(),
            ],
            nameof(JobCoordinationStateMachine.Stopping) => [.. Stops(job)],
            nameof(JobCoordinationStateMachine.Releasing) => [Release(job)],
            _ => [],
        };

    /// <summary>Asks for the state of the placement, in case the message that a node was lost did not arrive.</summary>
    public static OutgoingCommand Confirm(JobCoordination job) =>
        new(new ConfirmPlacement { JobId = job.CorrelationId, Attempt = job.Attempt });

    private static OutgoingCommand Request(JobCoordination job) =>
        new(
            new RequestPlacement
            {
                JobId = job.CorrelationId,
                Attempt = job.Attempt,
                Resources = job.Resources!,
                Labels = job.Labels,
                Priority = job.Priority,
                SubmittedAt = job.SubmittedAt,
                NotBefore = job.NotBefore,
            }
        );

    /// <summary>To the agents of the ranks that have not started.</summary>
    private static IEnumerable<OutgoingCommand> Starts(JobCoordination job) =>
        job
            .Nodes.Where(node => !job.Started.Contains(node.Rank))
            .Select(node => new OutgoingCommand(
                new StartProcess
                {
                    NodeId = node.NodeId,
                    JobId = job.CorrelationId,
                    Attempt = job.Attempt,
                    Cpus = job.Resources!.Cpus,
                    MemoryMiB = job.Resources.MemoryMiB,
                    Gpus = node.Gpus,
                    Rank = node.Rank,
                    WorldSize = job.Nodes.Count,
                    RequestId = job.RequestId,
                    TraceParent = job.TraceParent,
                },
                QueueAddress.Of(AgentQueues.For(node.NodeId))
            ));

    private static IEnumerable<OutgoingCommand> Stops(JobCoordination job) =>
        job.Nodes.Select(node => new OutgoingCommand(
            new StopProcess
            {
                NodeId = node.NodeId,
                JobId = job.CorrelationId,
                Attempt = job.Attempt,
                Rank = node.Rank,
                Reason = job.StopReason!,
            },
            QueueAddress.Of(AgentQueues.For(node.NodeId))
        ));

    private static OutgoingCommand Release(JobCoordination job) =>
        new(new ReleasePlacement { JobId = job.CorrelationId, Attempt = job.Attempt });

    private static OutgoingCommand StopOverdue(JobCoordination job) =>
        new(new StopOverdueJob { JobId = job.CorrelationId, Attempt = job.Attempt });
}
