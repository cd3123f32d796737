using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.EndToEnd.Tests.Upgrades;

/// <summary>
/// The training that ran when the release was killed. A fixture cannot hold a process, so its second half runs again here:
/// under the release's own shim, told in the release's own words, on the work folder, spool and journal of the first half.
/// From then on the shim's files name a living process, as they did when the release's agent was killed.
/// </summary>
internal sealed class ReleasedTraining
{
    private const string DataPlace = "@DATA@";
    private const string UrlPlace = "@URL@";

    private readonly ReleaseData _data;
    private readonly JsonNode _told;

    public ReleasedTraining(ReleaseData data)
    {
        _data = data;
        _told = data.Contents["training"]!;
    }

    /// <summary>How many lines and points it has once it has ended.</summary>
    public int Steps => _told["steps"]!.GetValue<int>();

    /// <summary>How many of them it had when the release was killed; more come once it is let go.</summary>
    public int Printed => _told["printed"]!.GetValue<int>();

    /// <summary>Everything that it has printed and the agent has not removed.</summary>
    public Task<string> SpoolAsync() => File.ReadAllTextAsync(PathOf("log"));

    /// <summary>Runs it until its gate.</summary>
    /// <param name="url">Where the platform will be.</param>
    public async Task StartAsync(string url)
    {
        // The first half's: a shim that finds the claim of another one ends at once.
        File.Delete(PathOf("shim"));
        File.Delete(PathOf("process"));
        var start = new ProcessStartInfo("setsid", ["/bin/sh", _data.PathOf("agent/shim.sh")])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
        };
        start.Environment.Clear();
        using var shim = Process.Start(start)!;
        await shim.StandardInput.WriteAsync(OrderFor(url));
        shim.StandardInput.Close();
        await WaitFor.ConditionAsync(
            "the shim to name the training",
            async () =>
                File.Exists(PathOf("process")) && (await File.ReadAllTextAsync(PathOf("process"))).EndsWith('\n')
        );
    }

    /// <summary>Opens the gate: it goes on to its end.</summary>
    public void Release() => File.Create(_data.PathOf($"{Folder}/{_told["gate"]}")).Dispose();

    /// <summary>Kills it, should it still run.</summary>
    public void Kill()
    {
        // The marker holds this test's own folder: the job's id is the same wherever the fixture is restored.
        foreach (var pid in Processes.WithEnvironment($"PLATFORM_SPOOL_DIR={PathOf("unsent")}"))
        {
            Processes.TryKill(pid);
        }
    }

    private string Folder => _told["folder"]!.GetValue<string>();

    private string PathOf(string file) => _data.PathOf($"{Folder}/{file}");

    private string OrderFor(string url)
    {
        var order = new StringBuilder("{\n");
        Add("attempt", [_data.PathOf(Folder)]);
        foreach (var (name, value) in _told["environment"]!.AsObject())
        {
            Add("variable", [name, Placed(value!)]);
        }

        Add("become", _told["command"]!.AsArray().Select(word => Placed(word!)));
        return order.Append("}\n").ToString();

        void Add(string word, IEnumerable<string> arguments) =>
            order.Append(word).Append(' ').AppendJoin(' ', arguments.Select(Quoted)).Append('\n');

        string Placed(JsonNode text) =>
            text.GetValue<string>()
                .Replace(DataPlace, _data.PathOf("").TrimEnd('/'), StringComparison.Ordinal)
                .Replace(UrlPlace, url, StringComparison.Ordinal);
    }

    private static string Quoted(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
