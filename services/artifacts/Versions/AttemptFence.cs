using MassTransit;
using Platform.Contracts.Jobs;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Versions;

/// <summary>
/// Refuses processes whose job has a later attempt: a process that outlives the loss of its node must not create the
/// newest version of a model. The jobs service owns attempts; this table stores the newest known attempt of each job
/// beyond the first, from its message or from its first request, whichever arrives first.
/// </summary>
internal sealed class AttemptFence(ArtifactsStore store)
{
    private const int FirstAttempt = 1;

    public static readonly Migration Migration = new(
        "003_job_attempt",
        "create table job_attempt (job_id uuid primary key, attempt int not null);"
    );

    public async Task RecordAsync(Guid jobId, int attempt, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            insert into job_attempt as j (job_id, attempt) values ($1, $2)
            on conflict (job_id) do update set attempt = greatest(j.attempt, excluded.attempt)
            """
        );
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = attempt });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Refuses changes by a process of an earlier attempt.</summary>
    public static async ValueTask<object?> CheckAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var (request, services) = (context.HttpContext.Request, context.HttpContext.RequestServices);
        if (
            !HttpMethods.IsGet(request.Method)
            && !HttpMethods.IsHead(request.Method)
            && JobOf(request) is { } job
            && request.JobAttempt() is { } attempt
            && !await services
                .GetRequiredService<AttemptFence>()
                .TryEnterAsync(job, attempt, context.HttpContext.RequestAborted)
        )
        {
            return ProblemResults.Problem(
                StatusCodes.Status409Conflict,
                "artifact.attempt-fenced",
                "A later attempt of the job runs; versions of earlier attempts are not stored."
            );
        }

        return await next(context);
    }

    /// <summary>The job whose training process sent the request, according to the gateway.</summary>
    public static Guid? JobOf(HttpRequest request) =>
        request.Headers[RequestMetadata.SubjectHeader].ToString() is var subject
        && subject.StartsWith("job:", StringComparison.Ordinal)
        && Guid.TryParse(subject.AsSpan(4), out var job)
            ? job
            : null;

    /// <returns>False when the job has a later attempt.</returns>
    private async Task<bool> TryEnterAsync(Guid jobId, int attempt, CancellationToken cancellationToken)
    {
        var newest = await NewestAsync(jobId, cancellationToken);
        if (attempt > newest)
        {
            await RecordAsync(jobId, attempt, cancellationToken);
        }

        return attempt >= newest;
    }

    private async Task<int> NewestAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand("select attempt from job_attempt where job_id = $1");
        command.Parameters.Add(new() { Value = jobId });
        return await command.ExecuteScalarAsync(cancellationToken) is int attempt ? attempt : FirstAttempt;
    }
}

/// <summary>Records every attempt after the first, before it is placed.</summary>
internal sealed class RecordJobAttempt(AttemptFence fence) : IConsumer<JobQueuedMessage>
{
    public Task Consume(ConsumeContext<JobQueuedMessage> context) =>
        fence.RecordAsync(context.Message.JobId, context.Message.Attempt, context.CancellationToken);
}
