using System.Diagnostics;
using System.Globalization;

namespace Platform.Stack.Tests;

/// <summary>
/// A Docker engine of the tests' own with the platform's images and stand-ins for those of others. It needs root, and Debian's
/// packages docker.io and mmdebstrap. What it made of Debian's packages is kept for later runs.
/// </summary>
public sealed class ContainerEngine : IAsyncLifetime
{
    private const string Published = "platform/published:local";
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(10);

    private readonly TestFolder _folder = new();
    private Process? _engine;

    /// <summary>The images that this repository builds.</summary>
    public static IReadOnlyList<string> Programs { get; } =
    ["gateway", "jobs", "nodes", "artifacts", "tracking", "agent"];

    /// <summary>Environment variables with which programs use this engine.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings =>
        [
            ("DOCKER_HOST", $"unix://{_folder.In("engine", "docker.sock")}"),
            ("DOCKER_CONFIG", _folder.In("docker")),
            ("XDG_CONFIG_HOME", _folder.In("config")),
        ];

    /// <summary>The file with the stack's settings and secrets.</summary>
    public string EnvironmentFile => _folder.In("stack.env");

    /// <summary>How long each step took, as the file <c>artifacts/stack-seconds.txt</c> says.</summary>
    public static string Seconds => Repository.PathOf("artifacts", "stack-seconds.txt");

    private static string Kept =>
        Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
                ? cache
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "platform-tests"
        );

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Seconds, "");
        await TimeAsync("engine", StartAsync);
        await TimeAsync(
            "stand-ins",
            async () => await File.AppendAllTextAsync(Seconds, await RunAsync("bash", PathOf("stand-ins.sh"), Kept))
        );
        await TimeAsync(
            "published files",
            async () =>
            {
                var files = _folder.In("published");
                await RunAsync("bash", Repository.PathOf("scripts", "publish.sh"), files, "--no-build");
                await RunAsync(
                    "bash",
                    "-c",
                    "tar -C \"$1\" --numeric-owner --owner=0 --group=0 -c . | docker import - \"$2\"",
                    "bash",
                    files,
                    Published
                );
            }
        );
        await Command.SucceedAsync(
            TimeSpan.FromMinutes(1),
            "compose",
            "init",
            "--env-file",
            EnvironmentFile,
            "--address",
            "0.0.0.0",
            "--port",
            FreePort(),
            "--agents",
            "172.17.0.1"
        );
        await File.AppendAllTextAsync(EnvironmentFile, $"PLATFORM_BROKER_PORT={FreePort()}\n");
        await TimeAsync(
            "images",
            () => ComposeAsync(["--profile", "core", "build", "--build-arg", $"PUBLISHED={Published}", .. Programs])
        );
    }

    public async Task DisposeAsync()
    {
        if (_engine is not null)
        {
            _engine.StandardInput.Close();
            await _engine.WaitForExitAsync();
            _engine.Dispose();
        }

        _folder.Dispose();
    }

    /// <summary>Does a step of the tests and writes down how long it took.</summary>
    public static async Task TimeAsync(string step, Func<Task> act)
    {
        ArgumentNullException.ThrowIfNull(act);
        var watch = Stopwatch.StartNew();
        await act();
        await File.AppendAllTextAsync(
            Seconds,
            string.Create(CultureInfo.InvariantCulture, $"{step}\t{watch.Elapsed.TotalSeconds:0.0}\n")
        );
    }

    /// <summary>Runs <c>docker …</c> and expects success.</summary>
    /// <returns>Its output.</returns>
    public Task<string> DockerAsync(params IReadOnlyList<string> arguments) => RunAsync(["docker", .. arguments]);

    /// <summary>Runs <c>docker compose …</c> on the stack and expects success.</summary>
    public Task<string> ComposeAsync(params IReadOnlyList<string> arguments) =>
        RunAsync(["docker", "compose", "--env-file", EnvironmentFile, .. arguments]);

    /// <summary>Runs <c>./platform compose …</c> on the stack and expects success.</summary>
    public Task<string> PlatformAsync(params IReadOnlyList<string> arguments) =>
        Command.SucceedAsync(_limit, Settings, ["compose", .. arguments, "--env-file", EnvironmentFile]);

    /// <summary>A setting in the stack's file.</summary>
    public string Setting(string name) =>
        File.ReadLines(EnvironmentFile)
            .Single(line => line.StartsWith($"{name}=", StringComparison.Ordinal))
            .Split('=', 2)[1];

    private static string PathOf(string file) => Repository.PathOf("tests", "Platform.Stack.Tests", file);

    private static string FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Any, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    private async Task StartAsync()
    {
        _engine = Process.Start(
            new ProcessStartInfo("bash", [PathOf("engine.sh"), _folder.In("engine")])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        Assert.Equal("ready", await _engine.StandardOutput.ReadLineAsync());
    }

    private Task<string> RunAsync(params IReadOnlyList<string> command) =>
        ExternalProgram.RunAsync(Repository.PathOf("infra", "compose"), Settings, command);
}

[CollectionDefinition("engine")]
public sealed class ContainerEngineCollection : ICollectionFixture<ContainerEngine>;
