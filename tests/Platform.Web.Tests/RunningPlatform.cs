using System.Diagnostics;
using System.Globalization;
using Platform.LocalServers;

namespace Platform.Web.Tests;

/// <summary>The whole platform in one process, on a data folder and a port of its own.</summary>
internal sealed class RunningPlatform : IAsyncDisposable
{
    private readonly string _data = NewFolder();
    private readonly int _port = Ports.Free();
    private PlatformApi? _api;

    public string Url => $"http://127.0.0.1:{_port}";

    public PlatformApi Api => _api ??= new PlatformApi(Url);

    public async Task UpAsync()
    {
        var port = _port.ToString(CultureInfo.InvariantCulture);
        await RunAsync(TimeSpan.FromMinutes(3), "up", "--detach", "--data", _data, "--port", port);
        await Api.UploadAsync("optdigits", "dataset", Repository.Optdigits);
    }

    public Task DownAsync() => RunAsync(TimeSpan.FromMinutes(1), "down", "--data", _data);

    public Task UpAgainAsync() =>
        RunAsync(
            TimeSpan.FromMinutes(3),
            "up",
            "--detach",
            "--data",
            _data,
            "--port",
            _port.ToString(CultureInfo.InvariantCulture)
        );

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        await DownAsync();
        Directory.Delete(_data, recursive: true);
    }

    private static async Task RunAsync(TimeSpan within, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "platform"), arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PLATFORM_NO_BUILD"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(within);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"platform {string.Join(' ', arguments)}:\n{await output}{await errors}");
    }

    /// <summary>A new folder that PostgreSQL's own user can pass through.</summary>
    private static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("platform-web-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("755", 8));
        return folder;
    }
}
