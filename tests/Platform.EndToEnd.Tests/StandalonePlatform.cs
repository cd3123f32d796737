using System.Globalization;
using Platform.LocalServers;

namespace Platform.EndToEnd.Tests;

/// <summary>The whole platform in one process, on a data folder of its own.</summary>
internal sealed class StandalonePlatform(string data) : IAsyncDisposable
{
    private readonly int _port = Ports.Free();
    private PlatformApi? _api;

    public PlatformApi Api => _api ??= new PlatformApi($"http://127.0.0.1:{_port}");

    public Task UpAsync() =>
        Command.SucceedAsync(
            TimeSpan.FromMinutes(3),
            "up",
            "--detach",
            "--data",
            data,
            "--port",
            _port.ToString(CultureInfo.InvariantCulture)
        );

    public Task DownAsync() => Command.SucceedAsync(TimeSpan.FromMinutes(1), "down", "--data", data);

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        await Command.RunAsync(TimeSpan.FromMinutes(1), "down", "--data", data);
        Directory.Delete(data, recursive: true);
    }

    /// <summary>A new folder that PostgreSQL's own user can pass through.</summary>
    public static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("platform-e2e-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("755", 8));
        return folder;
    }
}
