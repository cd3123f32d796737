using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Platform.Contracts.Jobs;
using Platform.Jobs.Access;
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
        WorkReader reader,
        ScopedTokens tokens,
        IOptions<JobsOptions> options,
        CancellationToken cancellationToken,
        int rank = 0
    )
    {
        if (await reader.FindAsync(id, cancellationToken) is not { } work)
        {
            return ProblemResults.NotFound(JobSentences.NotFound.With(id));
        }

        if (work.Attempt != attempt || !work.IsPlaced)
        {
            return FencedAttempt.Problem(attempt);
        }

        var lifetime = options.Value.TokenLifetime + TimeSpan.FromSeconds(work.Spec.TimeoutSeconds ?? 0);
        return TypedResults.Ok(Work(id, attempt, rank, work, tokens.ForJob(id, attempt, rank, lifetime)));
    }

    private static AttemptWork Work(Guid id, int attempt, int rank, StoredWork work, string token) =>
        new()
        {
            JobId = id,
            Attempt = attempt,
            Rank = rank,
            RunId = work.RunId,
            Name = work.Spec.Name,
            Project = work.Spec.Project,
            Command = work.Spec.Command,
            Files = work.Files,
            Source = work.Spec.Source,
            Inputs = work.Spec.Inputs,
            Outputs = work.Spec.Outputs,
            Env = work.Spec.Env,
            TimeoutSeconds = work.Spec.TimeoutSeconds,
            Token = token,
        };
}
