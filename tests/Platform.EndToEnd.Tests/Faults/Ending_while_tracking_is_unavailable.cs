namespace Platform.EndToEnd.Tests.Faults;

[Collection("faults")]
[Trait("suite", "e2e")]
[Trait("check", "SDK-01")]
public sealed class Ending_while_tracking_is_unavailable(TwoNodeCluster cluster)
{
    [Fact]
    public async Task lets_a_training_succeed_and_its_curve_is_complete_afterwards()
    {
        var id = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 60, pause: 0.1));
        await cluster.Api.WaitForStepsAsync(id, 10);

        await cluster.KillAsync("tracking");
        await cluster.Api.WaitForStatusAsync(id, "succeeded");
        await cluster.KillAsync("agent-1");
        await cluster.KillAsync("agent-2");
        await cluster.UpAsync();

        await cluster.Api.AssertCountedAsync(id, steps: 60);
        await cluster.AssertRecoveredAsync();
    }
}
