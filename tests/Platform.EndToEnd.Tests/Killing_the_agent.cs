namespace Platform.EndToEnd.Tests;

[Collection("cluster")]
[Trait("suite", "e2e")]
public sealed class Killing_the_agent(LocalCluster cluster)
{
    [Fact]
    [Trait("check", "LOG-02")]
    [Trait("check", "JOB-06")]
    public async Task during_a_training_lets_the_same_process_continue_with_a_complete_log()
    {
        var id = await cluster.Api.SubmitAsync(DigitsJobs.InCSharp(epochs: 24, secondsPerEpoch: 0.5));
        await cluster.Api.WaitForStatusAsync(id, "running");
        await WaitFor.ConditionAsync(
            "the second epoch",
            async () => Training_digits.EpochsIn(await cluster.Api.LogAsync(id)) >= 2
        );
        var before = Processes.WithEnvironment($"PLATFORM_JOB_ID={id}");
        Assert.NotEmpty(before);

        await cluster.KillAsync("agent-1");
        Assert.All(before, pid => Assert.True(Processes.IsAlive(pid), "the training ended with its agent"));
        await cluster.UpAsync();

        var job = await cluster.Api.WaitForStatusAsync(id, "succeeded");
        Assert.Equal(1, job["attempt"]!.GetValue<int>());
        var epochs = (await cluster.Api.LogAsync(id))
            .Split('\n')
            .Where(line => line.StartsWith("epoch ", StringComparison.OrdinalIgnoreCase))
            .ToList();
        Assert.Equal(24, epochs.Count);
        Assert.Equal(24, epochs.Distinct(StringComparer.Ordinal).Count());
    }
}
