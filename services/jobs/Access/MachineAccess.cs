using System.Globalization;
using System.Text.Json;
using Platform.Contracts;
using Platform.Contracts.Jobs;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Access;

/// <summary>
/// What machines may do about a job, besides what their kind may: a node what belongs to the attempt whose lease it holds, a
/// training process what belongs to its job while its attempt is the one that is placed.
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
            return ProblemResults.NotFound("job", jobId);
        }

        var attempt = caller.Kind is CallerKind.Job ? caller.Attempt : AttemptOf(http);
        if (attempt != current || !isPlaced)
        {
            return FencedAttempt.Problem(attempt);
        }

        return caller.Kind is CallerKind.Node && !nodes.Any(node => node.NodeId == caller.Id)
            ? CallerProblems.NotAllowed(http)
            : await next(context);
    }

    /// <summary>The attempt that an agent speaks of; 0, which there is none of, when it does not say.</summary>
    private static int AttemptOf(HttpContext http) =>
        int.TryParse(
            http.GetRouteValue("attempt") as string ?? http.Request.Query["attempt"].ToString(),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var attempt
        )
            ? attempt
            : 0;

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
