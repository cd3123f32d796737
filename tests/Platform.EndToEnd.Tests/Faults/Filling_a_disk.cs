using System.Text.Json.Nodes;

namespace Platform.EndToEnd.Tests.Faults;

[Collection("faults")]
[Trait("suite", "e2e")]
public sealed class Filling_a_disk(TwoNodeCluster cluster)
{
    [Fact]
    public Task of_an_agent_ends_the_job_with_that_reason_and_the_next_job_runs_there() =>
        WithAgentOnSmallDiskAsync(
            "small",
            async disk =>
            {
                await AssertDiskFullAsync(disk, "echo begin; head -c 50000000 /dev/zero > big");
                await AssertDiskFullAsync(disk, "echo begin; head -c 50000000 /dev/zero > big; sleep 600");

                var next = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 20, pause: 0.02, kind: "small"));
                await cluster.Api.AssertCountedAsync(next, steps: 20);
            }
        );

    [Fact]
    public Task of_an_agent_lets_new_jobs_wait_until_there_is_space() =>
        WithAgentOnSmallDiskAsync(
            "full",
            async disk =>
            {
                var filler = Path.Combine(disk, "filler");
                await File.WriteAllBytesAsync(filler, new byte[12_200_000]);
                await WaitFor.ConditionAsync(
                    "the platform to hear of it",
                    async () =>
                        (await cluster.Api.GetAsync("/api/nodes"))["items"]!
                            .AsArray()
                            .Any(node => node!["usage"]?["isDiskFull"]?.GetValue<bool>() is true)
                );

                var job = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 20, pause: 0.02, kind: "full"));
                await WaitFor.ConditionAsync(
                    "the job to say what it waits for",
                    async () =>
                        (await cluster.Api.GetAsync($"/api/jobs/{job}"))
                            .ToJsonString()
                            .Contains("waiting for node full, whose disk is full", StringComparison.Ordinal)
                );

                File.Delete(filler);
                await cluster.Api.AssertCountedAsync(job, steps: 20);
            }
        );

    /// <summary>Gives the cluster one more agent, with 12 MiB of disk.</summary>
    private async Task WithAgentOnSmallDiskAsync(string name, Func<string, Task> test)
    {
        var disk = Path.Combine(cluster.Data, $"{name}-disk");
        Directory.CreateDirectory(disk);
        await MachinePrograms.RunAsync("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", disk);
        try
        {
            await using (var agent = await ExtraAgent.StartAsync(cluster, name, disk))
            {
                await agent.WaitUntilOnlineAsync();
                await test(disk);
            }

            await cluster.AssertNothingRemainsAsync();
        }
        finally
        {
            await MachinePrograms.RunAsync("umount", disk);
        }
    }

    private async Task AssertDiskFullAsync(string state, string script)
    {
        var id = await cluster.Api.SubmitAsync(
            new
            {
                name = "fills the disk",
                command = new[] { "sh", "-c", script },
                labels = new { kind = "small" },
                resources = new
                {
                    gpus = 0,
                    cpus = 0.5,
                    memoryMiB = 64,
                },
            }
        );
        JsonNode job = await cluster.Api.WaitForStatusAsync(id, "failed", TimeSpan.FromSeconds(60));
        Assert.Equal("disk_full", job["reason"]!.GetValue<string>());
        Assert.Contains("disk is full", job["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith("begin\n", await cluster.Api.LogAsync(id), StringComparison.Ordinal);
        Assert.Empty(Processes.WithEnvironment($"PLATFORM_JOB_ID={id}"));
        // The next job finds a full disk until the agent, which was told that the end is recorded, has cleaned up.
        var work = Path.Combine(state, "attempts", $"{id:N}-1", "work");
        await WaitFor.ConditionAsync("its files to be removed", () => Task.FromResult(!Directory.Exists(work)));
    }
}
