using System.Diagnostics;
using Platform.Cli.Cluster;
using Platform.LocalServers;

namespace Platform.Cli.Tests.Platforms;

public sealed class Stopping_what_runs : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task says_that_a_cluster_runs_there_and_what_stops_it()
    {
        using var process = Process.Start("sleep", "300");
        var running = LocalProcess.Find(process.Id)!;
        new ClusterFolder(_folder.Path).Remember(
            new ClusterProcess("jobs", running.Id, running.StartedAt, Definition: "", Log: "")
        );

        var down = await CommandResult.OfAsync("down", "--data", _folder.Path);

        Assert.Equal(1, down.ExitCode);
        Assert.Equal(
            $"platform: A cluster runs on {_folder.Path}, which this does not stop; './platform cluster down --data {_folder.Path}' does.\n",
            down.Error
        );
        Assert.True(running.IsRunning);

        Assert.Equal("Stopped.\n", (await CommandResult.OfAsync("cluster", "down", "--data", _folder.Path)).Output);
        Assert.False(running.IsRunning);
        await SaysItWasNotRunningAsync(_folder.Path);
        Assert.Equal(0, (await CommandResult.OfAsync("down", "--data", _folder.Path)).ExitCode);
    }

    [Fact]
    public async Task says_that_no_cluster_was_running_and_makes_no_folder_for_one()
    {
        await SaysItWasNotRunningAsync(_folder.In("nothing"));

        Assert.False(Directory.Exists(_folder.In("nothing")));
    }

    private static async Task SaysItWasNotRunningAsync(string data)
    {
        var down = await CommandResult.OfAsync("cluster", "down", "--data", data);

        Assert.Equal((0, "The cluster was not running.\n"), (down.ExitCode, down.Output));
    }
}
