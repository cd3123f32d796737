using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Jobs;
using Platform.JobAttempts;

namespace Platform.Artifacts.Tests.Retention;

[Trait("suite", "integration")]
public sealed class Attempts_of_a_purged_job(SweepingHost host) : IClassFixture<SweepingHost>
{
    [Fact]
    public async Task are_refused_and_after_a_month_forgotten()
    {
        var (job, other, node) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var attempts = host.Services.GetRequiredService<JobAttempts<ArtifactsStore>>();
        var bus = host.Services.GetRequiredService<IBus>();
        foreach (var placed in new[] { job, other })
        {
            await attempts.PlacedAsync(
                new JobPlacedMessage
                {
                    JobId = placed,
                    Attempt = 1,
                    Nodes =
                    [
                        new PlacedNode
                        {
                            NodeId = node,
                            NodeName = "lab",
                            Gpus = [],
                        },
                    ],
                    Inputs = ["input"],
                    Outputs = [],
                },
                CancellationToken.None
            );
            await attempts.EndedAsync(placed, 1, CancellationToken.None);
        }

        await bus.Publish(new JobPurgedMessage { JobId = job, PurgedAt = DateTimeOffset.UnixEpoch.AddYears(60) });
        await WaitFor.ConditionAsync(
            "the purge to be heard",
            async () => await AccessAsync(job) is AttemptAccess.Fenced
        );
        Assert.Equal(AttemptAccess.Allowed, await AccessAsync(other));
        Assert.Null((await attempts.FindAsync(job, 1, CancellationToken.None))!.Inputs);

        await host.ExecuteAsync("update job_attempt set purged_at = now() - interval '31 days' where job_id = $1", job);
        await WaitFor.ConditionAsync(
            "the attempts to be forgotten",
            async () => await attempts.FindAsync(job, 1, CancellationToken.None) is null
        );
        Assert.NotNull(await attempts.FindAsync(other, 1, CancellationToken.None));

        Task<AttemptAccess> AccessAsync(Guid of) => attempts.OfNodeAsync(node, of, 1, rank: 0, CancellationToken.None);
    }
}
