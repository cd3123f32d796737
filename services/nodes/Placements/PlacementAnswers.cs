using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;

namespace Platform.Nodes.Placements;

/// <summary>What to answer to a repeated command or a question: how the placement stands, seen from the attempt asked about.</summary>
internal sealed class PlacementAnswers(PlacementTables tables)
{
    /// <summary>What is said of a waiting attempt before the scheduler has looked at it.</summary>
    private const string NotLookedAt = "waiting to be looked at";

    public async Task<object> DescribeAsync(
        Placement placement,
        Guid jobId,
        int attempt,
        CancellationToken cancellationToken
    )
    {
        if (attempt < placement.Attempt)
        {
            return Released(jobId, attempt);
        }

        return placement.Status switch
        {
            _ when attempt > placement.Attempt => Lost(jobId, attempt, Placement.Initial),
            PlacementStatus.Waiting => new PlacementWaitingMessage
            {
                JobId = jobId,
                Attempt = attempt,
                Reason = await tables.FindReasonAsync(jobId, attempt, cancellationToken) ?? NotLookedAt,
            },
            PlacementStatus.Granted => new PlacementGrantedMessage
            {
                JobId = jobId,
                Attempt = attempt,
                Nodes = NodesMessages.ToPlaced(placement.Nodes),
            },
            PlacementStatus.Released => Released(jobId, attempt),
            _ => Lost(jobId, attempt, placement),
        };
    }

    public static PlacementReleasedMessage Released(Guid jobId, int attempt) =>
        new() { JobId = jobId, Attempt = attempt };

    private static PlacementLostMessage Lost(Guid jobId, int attempt, Placement placement) =>
        new()
        {
            JobId = jobId,
            Attempt = attempt,
            NodeId = placement.LostNodeId,
            Reason = placement.LostReason ?? EndReasons.NodeLost,
        };
}
