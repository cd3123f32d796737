using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Platform.Stack.Tests;

/// <summary>A container of a pod, as podman has it.</summary>
/// <param name="Name">The pod's name and the container's: <c>gateway-service</c>.</param>
/// <param name="Address">Where its pod is reached.</param>
/// <param name="Status"><c>running</c> or <c>exited</c>, as podman says.</param>
/// <param name="ProcessId">Its first process, on this machine; 0 when it has ended.</param>
internal sealed record PodContainer(string Name, string Address, string Status, int ExitCode, int ProcessId);

/// <summary>
/// Debian's podman 4.3, which starts pods from manifests, with settings and images of its own. It needs root, and Debian's packages
/// podman, runc, netavark, aardvark-dns and catatonit.
/// </summary>
internal sealed class Podman : IAsyncDisposable
{
    private const string Network = "pods";

    private readonly TestFolder _folder = new();
    private Process? _script;

    private Podman() { }

    private string Files => _folder.In("podman");

    private IReadOnlyList<(string Name, string Value)> Settings =>
        [
            ("CONTAINERS_CONF", Path.Combine(Files, "containers.conf")),
            ("CONTAINERS_STORAGE_CONF", Path.Combine(Files, "storage.conf")),
        ];

    public static async Task<Podman> StartAsync()
    {
        var podman = new Podman();
        podman._script = Process.Start(
            new ProcessStartInfo(
                "bash",
                [Repository.PathOf("tests", "Platform.Stack.Tests", "podman.sh"), podman.Files]
            )
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        Assert.Equal("ready", await podman._script.StandardOutput.ReadLineAsync());
        return podman;
    }

    /// <summary>A path in a folder that goes with the pods.</summary>
    public string In(params ReadOnlySpan<string> parts) => Path.Combine([Files, .. parts]);

    public Task<string> RunAsync(params IReadOnlyList<string> arguments) =>
        ExternalProgram.RunAsync(Files, Settings, ["podman", .. arguments]);

    public async Task<bool> SucceedsAsync(IReadOnlyList<string> arguments) =>
        (await ExternalProgram.EndAsync(Files, Settings, ["podman", .. arguments])).ExitCode == 0;

    /// <summary>Takes images from a Docker engine.</summary>
    public Task LoadAsync(ContainerEngine engine, IReadOnlyList<string> images) =>
        ExternalProgram.RunAsync(
            Files,
            [.. engine.Settings, .. Settings],
            ["bash", "-c", "set -o pipefail; docker save \"$@\" | podman load --quiet", "bash", .. images]
        );

    public async Task PlayAsync(string manifests)
    {
        var file = In("pods.yaml");
        await File.WriteAllTextAsync(file, manifests);
        await RunAsync("play", "kube", "--network", Network, file);
    }

    /// <summary>All containers but those that hold a pod's network.</summary>
    public async Task<IReadOnlyDictionary<string, PodContainer>> ContainersAsync()
    {
        var ids = (await RunAsync("ps", "--all", "--quiet")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var all = JsonNode.Parse(await RunAsync(["inspect", .. ids]))!.AsArray().Select(one => one!).ToList();
        var addresses = all.Where(IsInfrastructure)
            .ToDictionary(
                PodOf,
                one => one["NetworkSettings"]!["Networks"]![Network]!["IPAddress"]!.GetValue<string>(),
                StringComparer.Ordinal
            );
        return all.Where(one => !IsInfrastructure(one))
            .Select(one => new PodContainer(
                one["Name"]!.GetValue<string>(),
                addresses[PodOf(one)],
                one["State"]!["Status"]!.GetValue<string>(),
                one["State"]!["ExitCode"]!.GetValue<int>(),
                one["State"]!["Pid"]!.GetValue<int>()
            ))
            .ToDictionary(one => one.Name, StringComparer.Ordinal);

        static bool IsInfrastructure(JsonNode one) => one["IsInfra"]!.GetValue<bool>();
        static string PodOf(JsonNode one) => one["Pod"]!.GetValue<string>();
    }

    public async ValueTask DisposeAsync()
    {
        if (_script is not null)
        {
            _script.StandardInput.Close();
            await _script.WaitForExitAsync();
            _script.Dispose();
        }

        _folder.Dispose();
    }
}
