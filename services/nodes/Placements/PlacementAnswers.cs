using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.Contracts.Sentences;

namespace Platform.Nodes.Placements;

/// <summary>Answers repeated commands and queries with the state of the placement, as seen by one attempt.</summary>
internal sealed class PlacementAnswers(PlacementTables tables)
{
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
            PlacementStatus.Waiting => Waiting(
                jobId,
                attempt,
                await tables.FindReasonAsync(jobId, attempt, cancellationToken) ?? SchedulerReasons.NotScheduledYet
            ),
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

    public static PlacementWaitingMessage Waiting(Guid jobId, int attempt, Sentence reason) =>
        new()
        {
            JobId = jobId,
            Attempt = attempt,
            Reason = reason.Text,
            ReasonCode = reason.Code,
        };

    private static PlacementLostMessage Lost(Guid jobId, int attempt, Placement placement) =>
        new()
        {
            JobId = jobId,
            Attempt = attempt,
            NodeId = placement.LostNodeId,
            Reason = placement.LostReason ?? EndReasons.NodeLost,
        };
}
