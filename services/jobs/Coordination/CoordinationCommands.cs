using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.Messaging;

namespace Platform.Jobs.Coordination;

/// <summary>The commands that begin an attempt, for who sends them first (the log's publisher) and who repeats them (the saga).</summary>
internal static class CoordinationCommands
{
    /// <summary>Asks for a place for the first attempt.</summary>
    public static RequestPlacement RequestPlacement(JobSubmittedMessage job) =>
        new()
        {
            JobId = job.JobId,
            Attempt = 1,
            Resources = job.Resources,
            Labels = job.Labels,
            Priority = job.Priority,
            SubmittedAt = job.SubmittedAt,
            NotBefore = job.SubmittedAt,
        };

    /// <summary>Asks for a place for a later attempt.</summary>
    public static RequestPlacement RequestPlacement(JobQueuedMessage job) =>
        new()
        {
            JobId = job.JobId,
            Attempt = job.Attempt,
            Resources = job.Resources,
            Labels = job.Labels,
            Priority = job.Priority,
            SubmittedAt = job.SubmittedAt,
            NotBefore = job.NotBefore,
        };

    /// <summary>Asks again for the place that the saga waits for.</summary>
    public static RequestPlacement RequestPlacement(JobCoordination saga) =>
        new()
        {
            JobId = saga.CorrelationId,
            Attempt = saga.Attempt,
            Resources = saga.Resources!,
            Labels = saga.Labels,
            Priority = saga.Priority,
            SubmittedAt = saga.SubmittedAt,
            NotBefore = saga.NotBefore,
        };

    /// <summary>Orders the agent of each node to start its part of the attempt.</summary>
    public static IEnumerable<OutgoingCommand> StartProcess(
        Guid jobId,
        int attempt,
        Resources resources,
        IReadOnlyList<PlacedNode> nodes
    ) =>
        nodes.Select(
            (node, rank) =>
                new OutgoingCommand(
                    new StartProcess
                    {
                        NodeId = node.NodeId,
                        JobId = jobId,
                        Attempt = attempt,
                        Cpus = resources.Cpus,
                        MemoryMiB = resources.MemoryMiB,
                        Gpus = node.Gpus,
                        Rank = rank,
                        WorldSize = nodes.Count,
                    },
                    QueueAddress.Of(AgentQueues.For(node.NodeId))
                )
        );
}
