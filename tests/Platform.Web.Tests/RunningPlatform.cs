using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Platform.LocalServers;

namespace Platform.Web.Tests;

/// <summary>The whole platform in one process, on a data folder and a port of its own.</summary>
/// <param name="settings">Environment variables that configure it.</param>
internal sealed class RunningPlatform(params (string Name, string Value)[] settings) : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);

    private readonly string _data = NewFolder();
    private readonly int _port = Ports.Free();
    private PlatformApi? _api;

    public string Url => $"http://127.0.0.1:{_port}";

    public PlatformApi Api => _api ??= new PlatformApi(Url);

    public Task UpAsync() =>
        RunAsync("up", "--detach", "--data", _data, "--port", _port.ToString(CultureInfo.InvariantCulture));

    public Task DownAsync() => RunAsync("down", "--data", _data);

    /// <summary>Makes a token, as the person at the platform's machine does.</summary>
    public async Task<string> CreateTokenAsync(string name) =>
        (await RunAsync("tokens", "create", name, "--data", _data)).Trim();

    /// <summary>Connects to the platform's own database.</summary>
    public async Task<NpgsqlDataSource> OpenDatabaseAsync()
    {
        var server = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Folder = Path.Combine(_data, "postgres") }
        );
        return NpgsqlDataSource.Create(server.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        await DownAsync();
        Directory.Delete(_data, recursive: true);
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "platform"), arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PLATFORM_NO_BUILD"] = "1";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(_patience);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"platform {string.Join(' ', arguments)}:\n{await output}{await errors}");
        return await output;
    }

    /// <summary>A new folder that PostgreSQL's own user can pass through.</summary>
    private static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("platform-web-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("755", 8));
        return folder;
    }
}
