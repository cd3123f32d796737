namespace Platform.Nodes.Placements;

/// <summary>
/// Decides who gets what: by priority, then by time of submission. A request that no node taking work could ever hold stands
/// aside. One that could be held but does not fit now reserves its part of the node closest to fitting, so that smaller
/// requests behind it cannot keep it waiting for ever: while it is first in line that node's shortage only shrinks.
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
        var rooms = nodes
            .Where(node => node.Takes)
            .OrderBy(node => node.Id)
            .Select(node => new NodeCapacity(node, leasesOf[node.Id]))
            .ToList();
        var grants = new List<SchedulerGrant>();
        var reasons = new List<WaitingReason>();
        DateTimeOffset? nextDue = null;
        var ahead = 0;

        foreach (var request in InOrder(waiting))
        {
            if (request.NotBefore > now)
            {
                nextDue = nextDue < request.NotBefore ? nextDue : request.NotBefore;
                Wait(request, SchedulerReasons.NotBefore(request));
                continue;
            }

            var eligible = rooms.Where(room => room.Node.CouldHold(request)).ToList();
            if (eligible.Count == 0)
            {
                Wait(request, SchedulerReasons.Impossible(request, nodes));
                continue;
            }

            if (BestFit(eligible, request.Needs) is { } room)
            {
                grants.Add(Grant(request, room));
                continue;
            }

            var closest = eligible.MinBy(candidate => candidate.Shortage(request.Needs))!;
            Wait(request, SchedulerReasons.Short(request.Needs, closest, ahead));
            closest.Reserve(request.Needs);
            ahead++;
        }

        return new SchedulerResult(grants, reasons, nextDue, rooms.Exists(room => !room.IsExhausted));

        void Wait(SchedulerRequest request, string reason) =>
            reasons.Add(new WaitingReason(request.JobId, request.Attempt, reason));
    }

    /// <summary>The order of the line.</summary>
    public static IEnumerable<SchedulerRequest> InOrder(IEnumerable<SchedulerRequest> waiting) =>
        waiting
            .OrderByDescending(request => request.Priority)
            .ThenBy(request => request.SubmittedAt)
            .ThenBy(request => request.JobId);

    /// <summary>Leaves the least behind, GPUs counting most, so that large gaps stay for large requests.</summary>
    private static NodeCapacity? BestFit(List<NodeCapacity> rooms, Needs needs) =>
        rooms
            .Where(room => room.Fits(needs))
            .OrderBy(room => room.Gpus)
            .ThenBy(room => room.Cpus)
            .ThenBy(room => room.MemoryMiB)
            .FirstOrDefault();

    private static SchedulerGrant Grant(SchedulerRequest request, NodeCapacity room) =>
        new(
            request,
            new GrantedNode(
                room.Node.Id,
                room.Node.Name,
                room.Take(request.Needs),
                request.Needs.Cpus,
                request.Needs.MemoryMiB
            )
        );
}
