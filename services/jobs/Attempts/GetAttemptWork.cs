using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Platform.Contracts.Jobs;
using Platform.Jobs.Access;
using Platform.Jobs.Browsing;
using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Attempts;

/// <summary><c>GET /api/jobs/{id}/attempts/{attempt}/work[?rank=]</c>: what an agent has to run as one process.</summary>
internal static class GetAttemptWorkEndpoint
{
    public static void MapGetAttemptWork(this IEndpointRouteBuilder jobs) =>
        jobs.MapGet("/{id:guid}/attempts/{attempt:int}/work", HandleAsync)
            .RequireAuthorization(Policies.Work)
            .WithName("GetAttemptWork")
            .WithSummary("The work of a placed attempt, for its agent");

    private static async Task<Results<Ok<AttemptWork>, ProblemHttpResult>> HandleAsync(
        Guid id,
        int attempt,
        JobsStore store,
        ScopedTokens tokens,
        IOptions<JobsOptions> options,
        CancellationToken cancellationToken,
        int rank = 0
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.BatchCommands.Add(
            new(
                """
                select s.attempt = $2 and s.status in ('placed', 'running'), s.run_id, d.spec from job_summary s join job_spec d on d.job_id = s.job_id where s.job_id = $1
                """
            )
            {
                Parameters =
                {
                    new() { Value = id },
                    new() { Value = attempt },
                },
            }
        );
        batch.BatchCommands.Add(
            new("select path, content from job_file where job_id = $1") { Parameters = { new() { Value = id } } }
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return ProblemResults.NotFound("job", id);
        }

        if (!reader.GetBoolean(0))
        {
            return FencedAttempt.Problem(attempt);
        }

        var runId = reader.GetGuid(1);
        var spec = JobReader.ReadSpec(await reader.GetFieldValueAsync<byte[]>(2, cancellationToken));
        await reader.NextResultAsync(cancellationToken);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            files.Add(reader.GetString(0), reader.GetString(1));
        }

        var lifetime = options.Value.TokenLifetime + TimeSpan.FromSeconds(spec.TimeoutSeconds ?? 0);
        return TypedResults.Ok(Work(id, attempt, rank, runId, spec, files, tokens.ForJob(id, attempt, rank, lifetime)));
    }

    private static AttemptWork Work(
        Guid id,
        int attempt,
        int rank,
        Guid runId,
        JobSpec spec,
        Dictionary<string, string> files,
        string token
    ) =>
        new()
        {
            JobId = id,
            Attempt = attempt,
            Rank = rank,
            RunId = runId,
            Name = spec.Name,
            Project = spec.Project,
            Command = spec.Command,
            Files = files,
            Source = spec.Source,
            Inputs = spec.Inputs,
            Outputs = spec.Outputs,
            Env = spec.Env,
            TimeoutSeconds = spec.TimeoutSeconds,
            Token = token,
        };
}
