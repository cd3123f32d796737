using System.Globalization;
using System.Text.Json;
using Platform.Contracts;
using Platform.Contracts.Jobs;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Access;

/// <summary>
/// What machines may do about a job, besides what their kind may: a node what belongs to the rank of the attempt whose lease
/// it holds, a training process what belongs to its job while its attempt, with its rank, is the one that is placed.
/// </summary>
internal sealed class MachineAccess(JobsStore store)
{
    public static async ValueTask<object?> CheckAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var (http, caller) = (context.HttpContext, context.HttpContext.Caller());
        if (
            caller.Kind is not (CallerKind.Node or CallerKind.Job)
            || !Guid.TryParse(http.GetRouteValue("id") as string, out var jobId)
        )
        {
            return await next(context);
        }

        var access = http.RequestServices.GetRequiredService<MachineAccess>();
        if (await access.FindAsync(jobId, http.RequestAborted) is not var (current, isPlaced, nodes))
        {
            return ProblemResults.NotFound(JobSentences.NotFound.With(jobId));
        }

        var (attempt, rank) = caller.Kind is CallerKind.Job ? (caller.Attempt, caller.Rank) : ProcessOf(http);
        if (attempt != current || !isPlaced)
        {
            return FencedAttempt.Problem(attempt);
        }

        return nodes.Any(node => node.Rank == rank && (caller.Kind is CallerKind.Job || node.NodeId == caller.Id))
            ? await next(context)
            : CallerProblems.NotAllowed(http);
    }

    /// <summary>The process that an agent speaks of: attempt 0, which there is none of, when it does not say; rank 0 then.</summary>
    private static (int Attempt, int Rank) ProcessOf(HttpContext http) =>
        (
            Number(http.GetRouteValue("attempt") as string ?? http.Request.Query["attempt"].ToString(), otherwise: 0),
            http.Request.Query["rank"] is [var rank] ? Number(rank, otherwise: -1) : 0
        );

    private static int Number(string? text, int otherwise) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private async Task<(int Attempt, bool IsPlaced, IReadOnlyList<PlacedNode> Nodes)?> FindAsync(
        Guid jobId,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            "select attempt, status in ('placed', 'running'), nodes from job_summary where job_id = $1"
        );
        command.Parameters.Add(new() { Value = jobId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (
                reader.GetInt32(0),
                reader.GetBoolean(1),
                JsonSerializer.Deserialize<IReadOnlyList<PlacedNode>>(
                    await reader.GetFieldValueAsync<byte[]>(2, cancellationToken),
                    JsonDefaults.Lenient
                )!
            )
            : null;
    }
}
