using Platform.LocalServers;

namespace Platform.Bench.Benchmarks;

/// <summary>What a standalone platform with its database and agent costs while nobody uses it, and while a browser shows its jobs.</summary>
internal static class IdleBenchmark
{
    private const string Limit = "limit";

    /// <summary>Until code that runs every few seconds is compiled for good, which is after its thirtieth call.</summary>
    private static readonly TimeSpan _settle = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan _settleOpen = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _measured = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var data = Path.Combine(bench.Folder, "idle-data");
        await Cluster.PlatformAsync(["up", "--detach", "--data", data, "--port", $"{Ports.Free()}"], bench.Cancelled);
        try
        {
            var platform = RunningPlatform.Find(data) ?? throw new BenchException("The platform does not run.");
            await Task.Delay(_settle, bench.Cancelled);
            var closed = await ShareAsync(platform.Pid, bench.Cancelled);
            var open = await WithBrowserAsync(bench, platform);
            return
            [
                new("processor time of an idle platform", closed * 100, "% of a core", 1, Limit),
                new("the same while a browser shows its jobs", open * 100, "% of a core", 2, Limit),
            ];
        }
        finally
        {
            await Cluster.PlatformAsync(["down", "--data", data], CancellationToken.None);
        }
    }

    private static async Task<double> WithBrowserAsync(Bench bench, RunningPlatform platform)
    {
        using var browser = Programs.Start([
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--remote-debugging-port=0",
            $"--user-data-dir={Path.Combine(bench.Folder, "idle-browser")}",
            new Uri(platform.Url, "/jobs").ToString(),
        ]);
        try
        {
            await Task.Delay(_settleOpen, bench.Cancelled);
            var share = await ShareAsync(platform.Pid, bench.Cancelled);
            return browser.HasExited ? throw new BenchException("The browser ended by itself.") : share;
        }
        finally
        {
            browser.Kill(entireProcessTree: true);
            await browser.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static Task<double> ShareAsync(int pid, CancellationToken cancellationToken) =>
        ProcessorTimes.ShareAsync([new ClusterProgram("platform", pid)], _measured, cancellationToken);
}
