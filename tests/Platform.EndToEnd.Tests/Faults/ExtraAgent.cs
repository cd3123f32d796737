using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Platform.EndToEnd.Tests.Faults;

/// <summary>An additional agent of a cluster, with its own settings; its node is removed with it.</summary>
internal sealed class ExtraAgent : IAsyncDisposable
{
    private readonly LocalCluster _cluster;
    private readonly Process _process;
    private readonly string _name;
    private readonly string _log;

    private ExtraAgent(LocalCluster cluster, string name, string log, Process process)
    {
        _log = log;
        _cluster = cluster;
        _name = name;
        _process = process;
    }

    public int Pid => _process.Id;

    /// <summary>Starts one whose label <c>kind</c> is its name, so that it gets only jobs with that label.</summary>
    /// <param name="logName">Its name by default.</param>
    /// <param name="system">The root file system it runs in; that of this machine by default.</param>
    /// <param name="settings">Options of the section <c>Agent</c>.</param>
    public static async Task<ExtraAgent> StartAsync(
        LocalCluster cluster,
        string name,
        string stateFolder,
        string? logName = null,
        Debian13? system = null,
        params (string Key, string Value)[] settings
    )
    {
        using var created = await cluster.Api.Http.PostAsJsonAsync("/api/nodes/join-tokens", new { name });
        var token = (await created.Content.ReadFromJsonAsync<JsonNode>())!["token"]!.GetValue<string>();
        var log = Path.Combine(cluster.Data, $"{logName ?? name}.log");
        await File.WriteAllTextAsync(log, "");
        // Its output goes to a file: a pipe that is not read would block the agent.
        var start = new ProcessStartInfo(
            "/bin/sh",
            [
                "-c",
                """exec >"$1" 2>&1; shift; exec "$@" """,
                "sh",
                log,
                .. system?.Entering(Repository.Root, stateFolder) ?? [],
                "dotnet",
                Repository.Built("Platform.GpuAgent", "Platform.GpuAgent.dll"),
                "--urls=http://127.0.0.1:0",
            ]
        );
        start.Environment["Messaging__Transport"] = "RabbitMq";
        start.Environment["Agent__Server"] = cluster.Url;
        start.Environment["Agent__JoinToken"] = token;
        start.Environment["Agent__StateFolder"] = stateFolder;
        start.Environment["Agent__Name"] = name;
        start.Environment["Agent__Labels__kind"] = name;
        foreach (var (key, value) in settings)
        {
            start.Environment[$"Agent__{key}"] = value;
        }

        return new ExtraAgent(cluster, name, log, Process.Start(start)!);
    }

    /// <summary>Ends it with SIGKILL; its node stays.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public Task<string> LogAsync() => File.ReadAllTextAsync(_log);

    /// <summary>Waits until its node is online.</summary>
    public Task WaitUntilOnlineAsync() =>
        WaitFor.ConditionAsync(
            $"{_name} to be online",
            async () => (await FindAsync())?["status"]!.GetValue<string>() == "online",
            describe: () => File.ReadAllText(_log)
        );

    /// <summary>The system that it says it runs on.</summary>
    public async Task<string> SystemAsync() => (await FindAsync())!["os"]!.GetValue<string>();

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (await FindAsync() is { } node)
        {
            // Its last lease is released soon after its last job ended.
            var refusal = "";
            await WaitFor.ConditionAsync(
                $"{_name} to be removed",
                async () =>
                {
                    using var removed = await _cluster.Api.Http.DeleteAsync($"/api/nodes/{node["id"]}");
                    refusal = await removed.Content.ReadAsStringAsync();
                    return removed.IsSuccessStatusCode;
                },
                describe: () => refusal
            );
        }
    }

    private async Task<JsonNode?> FindAsync() =>
        (await _cluster.Api.GetAsync("/api/nodes"))["items"]!
            .AsArray()
            .SingleOrDefault(node => node!["name"]!.GetValue<string>() == _name);
}
