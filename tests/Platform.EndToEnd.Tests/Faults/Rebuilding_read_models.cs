using Platform.Contracts.Services;

namespace Platform.EndToEnd.Tests.Faults;

[Collection("faults")]
[Trait("suite", "e2e")]
public sealed class Rebuilding_read_models(TwoNodeCluster cluster)
{
    [Fact]
    public async Task after_all_services_were_killed_returns_the_same_answers()
    {
        var id = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 60, pause: 0.1));
        await cluster.Api.WaitForStepsAsync(id, 10);
        foreach (var service in ServiceCatalog.Schemas)
        {
            await cluster.KillAsync(service);
        }

        await cluster.UpAsync();

        await cluster.Api.AssertCountedAsync(id, steps: 60);
        await cluster.AssertRecoveredAsync();
    }
}
