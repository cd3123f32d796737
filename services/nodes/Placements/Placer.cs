namespace Platform.Nodes.Placements;

/// <summary>
/// Decides who gets what: by priority, then by time of submission. A request that no node taking work could ever hold stands
/// aside. One that could be held but does not fit now reserves its part of the node closest to fitting, so that smaller
/// requests behind it cannot keep it waiting for ever: while it is first in line that node's shortage only shrinks.
/// </summary>
internal static class Placer
{
    public static PlacerResult Place(
        IReadOnlyList<PlacerNode> nodes,
        IReadOnlyList<PlacerLease> leases,
        IReadOnlyList<PlacerRequest> waiting,
        DateTimeOffset now
    )
    {
        var leasesOf = leases.ToLookup(lease => lease.NodeId);
        var rooms = nodes
            .Where(node => node.Takes)
            .OrderBy(node => node.Id)
            .Select(node => new Room(node, leasesOf[node.Id]))
            .ToList();
        var grants = new List<PlacerGrant>();
        var reasons = new List<WaitingReason>();
        DateTimeOffset? nextDue = null;
        var ahead = 0;

        foreach (var request in InOrder(waiting))
        {
            if (request.NotBefore > now)
            {
                nextDue = nextDue < request.NotBefore ? nextDue : request.NotBefore;
                Wait(request, PlacerReasons.NotBefore(request));
                continue;
            }

            var eligible = rooms.Where(room => room.Node.CouldHold(request)).ToList();
            if (eligible.Count == 0)
            {
                Wait(request, PlacerReasons.Impossible(request, nodes));
                continue;
            }

            if (BestFit(eligible, request.Needs) is { } room)
            {
                grants.Add(Grant(request, room));
                continue;
            }

            var closest = eligible.MinBy(candidate => candidate.Shortage(request.Needs))!;
            Wait(request, PlacerReasons.Short(request.Needs, closest, ahead));
            closest.Reserve(request.Needs);
            ahead++;
        }

        return new PlacerResult(grants, reasons, nextDue, rooms.Exists(room => !room.IsEmptyHanded));

        void Wait(PlacerRequest request, string reason) =>
            reasons.Add(new WaitingReason(request.JobId, request.Attempt, reason));
    }

    /// <summary>The order of the line.</summary>
    public static IEnumerable<PlacerRequest> InOrder(IEnumerable<PlacerRequest> waiting) =>
        waiting
            .OrderByDescending(request => request.Priority)
            .ThenBy(request => request.SubmittedAt)
            .ThenBy(request => request.JobId);

    /// <summary>Leaves the least behind, GPUs counting most, so that large gaps stay for large requests.</summary>
    private static Room? BestFit(List<Room> rooms, Needs needs) =>
        rooms
            .Where(room => room.Fits(needs))
            .OrderBy(room => room.Gpus)
            .ThenBy(room => room.Cpus)
            .ThenBy(room => room.MemoryMiB)
            .FirstOrDefault();

    private static PlacerGrant Grant(PlacerRequest request, Room room) =>
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
