using Platform.LocalServers;

namespace Platform.Cli.Tests.LocalServers;

public sealed class A_local_process : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task writes_its_output_to_its_file_and_stops_when_asked()
    {
        var log = _folder.In("log with 'quotes'");
        var process = LocalProcess.Start(
            ["sh", "-c", "echo \"$GREETING\"; exec sleep 60"],
            _folder.Path,
            log,
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["GREETING"] = "hello" }
        );
        await WaitFor.ConditionAsync(
            "its output",
            async () => File.Exists(log) && await File.ReadAllTextAsync(log) == "hello\n"
        );

        Assert.True(process.IsRunning);
        Assert.Equal(process, LocalProcess.Find(process.Id));
        Assert.True(await process.StopAsync(TimeSpan.FromSeconds(60)));
        Assert.False(process.IsRunning);
    }

    [Fact]
    public async Task that_ignores_the_request_is_killed()
    {
        var ready = _folder.In("ready");
        var process = LocalProcess.Start(
            ["sh", "-c", "trap '' TERM; touch ready; while :; do sleep 1; done"],
            _folder.Path,
            _folder.In("log")
        );
        await WaitFor.ConditionAsync("its trap", () => Task.FromResult(File.Exists(ready)));

        Assert.False(await process.StopAsync(TimeSpan.FromMilliseconds(200)));
        Assert.False(process.IsRunning);
    }

    [Fact]
    public void is_not_another_one_with_the_same_id()
    {
        var self = LocalProcess.Find(Environment.ProcessId)!;

        Assert.True(self.IsRunning);
        Assert.False((self with { StartedAt = self.StartedAt - 1 }).IsRunning);
    }
}
