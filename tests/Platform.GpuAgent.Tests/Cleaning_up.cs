using Platform.GpuAgent.Staging;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

[Trait("suite", "integration")]
public sealed class Cleaning_up : AgentTest
{
    [Fact]
    public async Task removes_the_folder_of_a_failed_attempt_after_the_retention_time()
    {
        await using var agent = await StartAgentAsync(("WorkRetentionHours", "0.0003"));
        var work = Shell("mkdir closed; touch closed/x; chmod 0 closed; exit 1");
        await agent.StartAsync(work);
        await agent.Reports.ExitedAsync(work.JobId);
        await agent.ClosedAsync(work);

        await WaitFor.ConditionAsync(
            "the folder to be removed",
            () =>
            {
                agent.Attempts.RemoveOld();
                return Task.FromResult(!Directory.Exists(agent.Folder(work).Work));
            }
        );

        Assert.True(
            File.Exists(agent.Folder(work).Journal),
            "The journal was removed; it is needed to answer repeated commands."
        );
    }

    [Fact]
    public async Task removes_the_least_recently_used_files_from_the_cache()
    {
        await using var agent = await StartAgentAsync();
        var cache = new BlobCache(agent.State, capacity: 25);
        string[] names = ["aa01", "bb02", "cc03"];
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(cache.PathOf(name))!);
            await File.WriteAllTextAsync(cache.PathOf(name), "0123456789");
            File.SetLastWriteTimeUtc(cache.PathOf(name), new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }

        File.SetLastWriteTimeUtc(cache.PathOf("bb02"), new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.True(cache.TryCopy("aa01", 10, Folder.In("copy")));
        cache.Trim(TimeProvider.System.GetUtcNow());

        Assert.Equal([true, false, true], names.Select(name => File.Exists(cache.PathOf(name))));
        Assert.False(cache.TryCopy("bb02", 10, Folder.In("copy")));
        Assert.False(cache.TryCopy("aa01", 11, Folder.In("copy")));
    }
}
