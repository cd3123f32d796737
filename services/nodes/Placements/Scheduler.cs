using Platform.Contracts.Sentences;

namespace Platform.Nodes.Placements;

/// <summary>
/// Assigns requests to nodes, by priority and then by time of submission. A request that no schedulable node can ever
/// fit is skipped. A request that does not fit now reserves capacity on the node with the smallest shortage, so that
/// smaller requests behind it cannot starve it: while it is first in the queue, that node's shortage only shrinks.
/// When the first of equal requests does not fit, neither do the others: of a long queue, only the first of each class are
/// needed.
/// </summary>
internal static class Scheduler
{
    public static SchedulerResult Place(
        IReadOnlyList<SchedulerNode> nodes,
        IReadOnlyList<SchedulerLease> leases,
        IReadOnlyList<SchedulerRequest> waiting,
        DateTimeOffset now
    )
    {
        var leasesOf = leases.ToLookup(lease => lease.NodeId);
        var capacities = nodes
            .Where(node => node.IsSchedulable)
            .OrderBy(node => node.Id)
            .Select(node => new NodeCapacity(node, leasesOf[node.Id]))
            .ToList();
        var grants = new List<SchedulerGrant>();
        var reasons = new List<WaitingReason>();
        var classReasons = new Dictionary<Guid, Sentence>();
        var ahead = 0;

        foreach (var request in InOrder(waiting))
        {
            if (request.NotBefore > now)
            {
                Wait(request, SchedulerReasons.NotBefore(request));
                continue;
            }

            var eligible = capacities.Where(capacity => capacity.Node.CanEverFit(request)).ToList();
            if (eligible.Count == 0)
            {
                var unschedulable = SchedulerReasons.Unschedulable(request, nodes);
                classReasons.TryAdd(request.Class, unschedulable);
                Wait(request, unschedulable);
                continue;
            }

            if (BestFit(eligible, request.Needs) is { } capacity)
            {
                grants.Add(Grant(request, capacity));
                continue;
            }

            var closest = eligible.MinBy(candidate => candidate.Shortage(request.Needs))!;
            var behind = SchedulerReasons.BehindOthers(request.Needs);
            classReasons.TryAdd(request.Class, behind);
            Wait(
                request,
                request.IsCounted ? SchedulerReasons.WaitingForResources(request.Needs, closest, ahead) : behind
            );
            closest.Reserve(request.Needs);
            ahead++;
        }

        return new SchedulerResult(grants, reasons, classReasons);

        void Wait(SchedulerRequest request, Sentence reason) =>
            reasons.Add(new WaitingReason(request.JobId, request.Attempt, reason));
    }

    /// <summary>The order of the queue.</summary>
    public static IEnumerable<SchedulerRequest> InOrder(IEnumerable<SchedulerRequest> waiting) =>
        waiting
            .OrderByDescending(request => request.Priority)
            .ThenBy(request => request.SubmittedAt)
            .ThenBy(request => request.JobId);

    /// <summary>
    /// The node with the least free capacity, GPUs first, so that large nodes stay free for large requests.
    /// </summary>
    private static NodeCapacity? BestFit(List<NodeCapacity> capacities, Needs needs) =>
        capacities
            .Where(capacity => capacity.Fits(needs))
            .OrderBy(capacity => capacity.Gpus)
            .ThenBy(capacity => capacity.Cpus)
            .ThenBy(capacity => capacity.MemoryMiB)
            .FirstOrDefault();

    private static SchedulerGrant Grant(SchedulerRequest request, NodeCapacity capacity) =>
        new(
            request,
            new GrantedNode(
                capacity.Node.Id,
                capacity.Node.Name,
                capacity.Allocate(request.Needs),
                request.Needs.Cpus,
                request.Needs.MemoryMiB
            )
        );
}
