using System.Diagnostics;

namespace Platform.EndToEnd.Tests;

[Collection("cluster")]
[Trait("suite", "e2e")]
public sealed class Stopping_and_resuming(LocalCluster cluster)
{
    [Fact]
    [Trait("check", "JOB-05")]
    public async Task ends_a_cancelled_training_within_ten_seconds()
    {
        var id = await cluster.Api.SubmitAsync(DigitsJobs.InCSharp(epochs: 1000, secondsPerEpoch: 0.2));
        await cluster.Api.WaitForStatusAsync(id, "running");
        await WaitForEpochsAsync(id, 1);

        using var stalls = new Stalls(cluster.Data);
        var watch = Stopwatch.StartNew();
        await cluster.Api.CancelAsync(id);
        var job = await cluster.Api.WaitForStatusAsync(id, "cancelled");

        Assert.InRange(watch.Elapsed - stalls.Sum, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal("cancelled", job["reason"]!.GetValue<string>());
        Assert.Empty(Processes.WithEnvironment($"PLATFORM_JOB_ID={id}"));
    }

    [Fact]
    [Trait("check", "JOB-06")]
    public async Task continues_a_killed_training_from_its_last_checkpoint()
    {
        var id = await cluster.Api.SubmitAsync(DigitsJobs.InCSharp(epochs: 60, secondsPerEpoch: 0.25, maxAttempts: 3));
        await cluster.Api.WaitForStatusAsync(id, "running");
        await WaitForEpochsAsync(id, 8);
        await cluster.Api.WaitForCheckpointAsync(id);

        foreach (var pid in Processes.WithEnvironment($"PLATFORM_JOB_ID={id}"))
        {
            Processes.Kill(pid);
        }

        var job = await cluster.Api.WaitForStatusAsync(id, "succeeded");
        Assert.Equal(2, job["attempt"]!.GetValue<int>());
        var second = await cluster.Api.LogAsync(id, attempt: 2);
        Assert.Contains("epoch 60/60", second, StringComparison.Ordinal);
        Assert.DoesNotContain("epoch 1/60", second, StringComparison.Ordinal);
        Assert.InRange(Training_digits.EpochsIn(second), 1, 59);
        await cluster.Api.WaitForMeasuredStepsAsync(job["runId"]!.GetValue<string>(), "loss", 60);
    }

    private Task WaitForEpochsAsync(Guid jobId, int epochs) =>
        WaitFor.ConditionAsync(
            $"{epochs} epochs",
            async () => Training_digits.EpochsIn(await cluster.Api.LogAsync(jobId)) >= epochs,
            TimeSpan.FromSeconds(60)
        );
}
