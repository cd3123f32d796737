using MassTransit;
using Platform.Contracts.Nodes;

namespace Platform.Nodes.Placements;

/// <summary>Answers with the state of a placement, for a job that may have missed a message.</summary>
internal sealed class AnswerPlacementQuestion(NodesStore store, PlacementAnswers answers) : IConsumer<ConfirmPlacement>
{
    public async Task Consume(ConsumeContext<ConfirmPlacement> context)
    {
        var (jobId, attempt) = (context.Message.JobId, context.Message.Attempt);
        var (placement, _) = await store.LoadAsync(Placement.Decider, jobId.ToString(), context.CancellationToken);
        await context.Publish(
            await answers.DescribeAsync(placement, jobId, attempt, context.CancellationToken),
            context.CancellationToken
        );
    }
}
