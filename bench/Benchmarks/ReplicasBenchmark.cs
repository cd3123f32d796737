using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Contracts.Services;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// What clients see of a cluster with two processes of each service while one of each is killed, and while all are replaced one after the
/// other: by those of this release where the variable names the built programs of one before (<c>scripts/rolling-upgrade.sh</c>), else by
/// processes with another setting.
/// </summary>
internal static class ReplicasBenchmark
{
    private const string ReleaseBefore = "PLATFORM_BENCH_RELEASE_BEFORE";
    private const double Errors = 1;
    private const double Gap = 5;

    private static readonly TimeSpan _between = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(30);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var before = Environment.GetEnvironmentVariable(ReleaseBefore);
        await using var cluster = await Cluster.StartAsync(
            Path.Combine(bench.Folder, "replicas"),
            bench.Cancelled,
            replicas: 2,
            programs: before
        );
        var replaced = await UnderLoadAsync(
            cluster,
            async () =>
            {
                cluster.ChangeSettings();
                await cluster.UpAsync(bench.Cancelled);
            },
            bench.Cancelled
        );
        var killed = await UnderLoadAsync(cluster, () => KillOneOfEachAsync(cluster, bench.Cancelled), bench.Cancelled);
        return
        [
            new("failed, all replaced one by one", FailuresOf(replaced), "requests", 0, "limit"),
            new("requests meanwhile", RequestsOf(replaced), "requests", null),
            new("longest gap, all replaced one by one", GapOf(replaced), "s", Gap, "limit"),
            new("failed, one of each killed", 100.0 * FailuresOf(killed) / RequestsOf(killed), "%", Errors, "limit"),
            new("requests meanwhile", RequestsOf(killed), "requests", null),
            .. killed.Select(kind => new Figure(
                $"longest gap of {kind.Name}, one of each killed",
                kind.LongestGap.TotalSeconds,
                "s",
                Gap,
                "limit"
            )),
        ];
    }

    private static int FailuresOf(IReadOnlyList<KindOfRequest> kinds) => kinds.Sum(kind => kind.Failures.Count);

    private static int RequestsOf(IReadOnlyList<KindOfRequest> kinds) => kinds.Sum(kind => kind.Requests);

    private static double GapOf(IReadOnlyList<KindOfRequest> kinds) => kinds.Max(kind => kind.LongestGap.TotalSeconds);

    private static async Task<IReadOnlyList<KindOfRequest>> UnderLoadAsync(
        Cluster cluster,
        Func<Task> disturb,
        CancellationToken cancellationToken
    )
    {
        using var created = await cluster.Http.PostAsJsonAsync(
            "/api/runs",
            new JsonObject { ["project"] = "bench" },
            cancellationToken
        );
        var run = (await Cluster.ReadAsync(created, cancellationToken)).GetProperty("id").GetString();
        await using var load = new ClientLoad(cluster.AddressOf("gateway"), cluster.AddressOf("gateway-2"));
        load.Add("submit", TimeSpan.FromMilliseconds(300), _ => Post("/api/jobs", Job()));
        load.Add("log points", _pause, number => Post($"/api/runs/{run}/metrics", Point(number)));
        foreach (var path in (string[])["/api/jobs", "/api/nodes", "/api/artifacts", "/api/runs"])
        {
            load.Add($"GET {path}", _pause, _ => new HttpRequestMessage(HttpMethod.Get, path));
        }

        await Task.Delay(_between, cancellationToken);
        await disturb();
        await Task.Delay(_between, cancellationToken);
        var kinds = await load.EndAsync();
        foreach (var failure in kinds.SelectMany(kind => kind.Failures.Select(why => $"{kind.Name}: {why}")))
        {
            await Console.Error.WriteLineAsync(failure);
        }

        return kinds;
    }

    /// <summary>The first and the second by turns, each started again before the next one is killed.</summary>
    private static async Task KillOneOfEachAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        foreach (var (number, service) in ServiceCatalog.Schemas.Index())
        {
            var name = number % 2 == 0 ? service : $"{service}-2";
            var running = await cluster.ProgramsAsync(cancellationToken);
            using (var process = Process.GetProcessById(running.Single(program => program.Name == name).Pid))
            {
                process.Kill();
            }

            await Task.Delay(_between, cancellationToken);
            await cluster.UpAsync(cancellationToken);
        }
    }

    private static HttpRequestMessage Post(string path, JsonObject body) =>
        new(HttpMethod.Post, path) { Content = JsonContent.Create(body) };

    private static JsonObject Job() =>
        new()
        {
            ["name"] = "bench",
            ["command"] = new JsonArray("/bin/true"),
            ["resources"] = new JsonObject
            {
                ["gpus"] = 0,
                ["cpus"] = 0.25,
                ["memoryMiB"] = 16,
            },
        };

    private static JsonObject Point(int step) =>
        new()
        {
            ["points"] = new JsonArray(
                new JsonObject
                {
                    ["key"] = "value",
                    ["step"] = step,
                    ["value"] = step,
                }
            ),
        };
}
