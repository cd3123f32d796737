using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.Messaging;

namespace Platform.Jobs.Coordination;

/// <summary>
/// The commands that begin an attempt. The event publisher sends them first; the saga sends them again.
/// </summary>
internal static class CoordinationCommands
{
    /// <summary>Requests the placement of the first attempt.</summary>
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

    /// <summary>Requests the placement of a later attempt.</summary>
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

    /// <summary>Requests again the placement that the saga waits for.</summary>
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

    /// <summary>Commands to the agent of each rank's node to start it.</summary>
    /// <param name="except">Ranks that have started.</param>
    public static IEnumerable<OutgoingCommand> StartProcess(
        Guid jobId,
        int attempt,
        Resources resources,
        IReadOnlyList<PlacedNode> nodes,
        IReadOnlyList<int> except
    ) =>
        nodes
            .Where(node => !except.Contains(node.Rank))
            .Select(node => new OutgoingCommand(
                new StartProcess
                {
                    NodeId = node.NodeId,
                    JobId = jobId,
                    Attempt = attempt,
                    Cpus = resources.Cpus,
                    MemoryMiB = resources.MemoryMiB,
                    Gpus = node.Gpus,
                    Rank = node.Rank,
                    WorldSize = nodes.Count,
                },
                QueueAddress.Of(AgentQueues.For(node.NodeId))
            ));
}
