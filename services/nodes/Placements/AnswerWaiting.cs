using MassTransit;
using Platform.Contracts.Nodes;
using Platform.EventStore;

namespace Platform.Nodes.Placements;

/// <summary>Answers for attempts that jobs believes to wait and that do not; one query for all that do.</summary>
internal sealed class AnswerWaiting(NodesStore store, PlacementAnswers answers) : IConsumer<ConfirmWaiting>
{
    public async Task Consume(ConsumeContext<ConfirmWaiting> context)
    {
        foreach (var (jobId, attempt) in await FindOthersAsync(context.Message.Waiting, context.CancellationToken))
        {
            var (placement, _) = await store.LoadAsync(Placement.Decider, $"{jobId}", context.CancellationToken);
            await context.Publish(
                await answers.DescribeAsync(placement, jobId, attempt, context.CancellationToken),
                context.CancellationToken
            );
        }
    }

    private async Task<List<(Guid JobId, int Attempt)>> FindOthersAsync(
        IReadOnlyList<WaitingAttempt> waiting,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            select n.job_id, n.attempt from unnest($1::uuid[], $2::int[]) as n (job_id, attempt)
            where not exists (select from placement_request w where w.job_id = n.job_id and w.attempt = n.attempt)
            """,
            waiting.Select(one => one.JobId).ToArray(),
            waiting.Select(one => one.Attempt).ToArray()
        );
        var others = new List<(Guid, int)>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            others.Add((reader.GetGuid(0), reader.GetInt32(1)));
        }

        return others;
    }
}
