using System.Text;

namespace Platform.Jobs.Tests.LogSearch;

/// <summary>The indexer runs in the process of the jobs service: that one is killed, as often as it got somewhere.</summary>
[Trait("suite", "integration")]
public sealed class Killing_the_indexer : IAsyncLifetime
{
    private const int Kills = 4;
    private const int LinesOfALog = 60_000;

    private TestDatabase _database = null!;
    private JobsHost _host = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateMigratedAsync("jobs", new JobsModule().Add);
        _host = await JobsHost.StartAsync(_database, LogWorld.Settings);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task misses_no_line_and_finds_none_twice()
    {
        var world = new LogWorld(_host);
        for (var kill = 0; kill < Kills; kill++)
        {
            for (var i = 0; i < 2; i++)
            {
                await world.AppendAsync(await world.AddJobAsync(), Lines(kill));
            }

            var before = await IndexedAsync(world);
            await using var process = JobsProcess.Start(_database, "Jobs:LogIndexInterval=00:00:00.010");
            await WaitFor.ConditionAsync(
                "the indexer to be in the middle",
                async () => await IndexedAsync(world) > before,
                describe: () => process.Output
            );
            process.Kill();
        }

        var unindexed = await world.ReadAsync<decimal>("select sum(next_offset - indexed_offset) from log_state");
        Assert.True(unindexed > 0, "It was killed too late.");
        await world.IndexAsync();

        foreach (var word in new[] { "needle", "line 59999", "line 31234 " })
        {
            var expected = await world.ReadAllAsync(line => line.Contains(word, StringComparison.Ordinal));
            Assert.NotEmpty(expected);
            Assert.Equal(expected, await world.SearchAllAsync($"\"{word}\"", limit: 200));
        }

        Assert.Equal(
            await world.ReadAsync<decimal>("select sum(indexed_offset) from log_state"),
            await world.ReadAsync<decimal>("select sum(to_offset - from_offset) from log_range")
        );
    }

    private static Task<decimal> IndexedAsync(LogWorld world) =>
        world.ReadAsync<decimal>("select coalesce(sum(indexed_offset), 0) from log_state");

    private static string Lines(int seed)
    {
        var text = new StringBuilder();
        for (var i = 0; i < LinesOfALog; i++)
        {
            text.Append($"line {i} of {seed} loss {(i * 7919L) % 100_003}{(i % 5000 == 4242 ? " needle" : "")}\n");
        }

        return text.ToString();
    }
}
