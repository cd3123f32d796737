using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Stack.Tests;

/// <summary>
/// The compose file as it is shipped, started with <c>./platform compose</c>. Grafana's image cannot be had here; Swift stands in for
/// MinIO.
/// </summary>
[Collection("engine")]
[Trait("suite", "stack")]
public sealed class The_compose_stack(ContainerEngine engine)
{
    /// <summary>All but Grafana; what these need is started with them.</summary>
    private static readonly string[] _services = ["gateway", "agent", "prometheus", "alertmanager"];

    private static readonly string[] _up =
    [
        "up",
        "--timeout",
        "500",
        "--profile",
        "core",
        "--profile",
        "metrics",
        .. _services,
    ];

    [Fact]
    public async Task trains_and_keeps_everything_when_it_is_stopped_and_started_again()
    {
        await ContainerEngine.TimeAsync("up", () => engine.PlatformAsync(_up));
        var token = (await engine.PlatformAsync("token")).Trim();
        using var api = ApiWith(token);
        Training training = null!;
        await ContainerEngine.TimeAsync("job and its series", async () => training = await TrainAsync(api));
        await ContainerEngine.TimeAsync("rules and dashboards", () => EvaluateAllAsync(api));
        await ContainerEngine.TimeAsync("agent elsewhere", () => JoinElsewhereAsync(api, token));

        await ContainerEngine.TimeAsync("down", () => engine.PlatformAsync("down"));
        Assert.Equal("", await engine.ComposeAsync("ps", "--all", "--quiet"));
        await ContainerEngine.TimeAsync("up again", () => engine.PlatformAsync(_up));

        Assert.Equal(training.Log, await api.LogAsync(training.Id));
        Assert.Equal(training.Model, await api.DownloadAsync("stack-model", "latest", "model.txt"));
        Assert.Equal("1", await QueryAsync("platform_jobs{status=\"succeeded\"}", at: training.ScrapedAt));
        Assert.All(
            JsonNode.Parse(await engine.PlatformAsync("status", "--json"))!["containers"]!.AsArray(),
            container => Assert.True(container!["fine"]!.GetValue<bool>(), container.ToJsonString())
        );
        var next = await api.SubmitAsync(new { name = "next", command = new[] { "true" } });
        await api.WaitForStatusAsync(next, "succeeded");
    }

    private PlatformApi ApiWith(string token)
    {
        var api = new PlatformApi($"http://127.0.0.1:{engine.Setting("PLATFORM_PORT")}");
        api.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return api;
    }

    private sealed record Training(Guid Id, string Log, byte[] Model, DateTimeOffset ScrapedAt);

    private async Task<Training> TrainAsync(PlatformApi api)
    {
        var id = await api.SubmitAsync(
            new
            {
                name = "stack",
                command = new[] { "sh", "-c", "for i in $(seq 200); do echo line $i; done; id -u > outputs/model.txt" },
                outputs = new[]
                {
                    new
                    {
                        artifact = "stack-model",
                        path = "outputs/model.txt",
                        type = "model",
                    },
                },
            }
        );
        await api.WaitForStatusAsync(id, "succeeded");
        var log = await api.LogAsync(id);
        Assert.Equal(string.Concat(Enumerable.Range(1, 200).Select(i => $"line {i}\n")), log);
        var model = await api.DownloadAsync("stack-model", "latest", "model.txt");
        Assert.Equal("1654\n", Encoding.UTF8.GetString(model));
        Assert.Contains(
            ".data",
            await engine.ComposeAsync("exec", "-T", "minio", "ls", "-R", "/data/node/d1/objects"),
            StringComparison.Ordinal
        );

        await WaitFor.ValueAsync(
            "Prometheus to count the job",
            () => QueryAsync("platform_jobs{status=\"succeeded\"}"),
            count => count is "1",
            TimeSpan.FromMinutes(1)
        );
        await WaitFor.ValueAsync(
            "Prometheus to reach the gateway, four services, the agent and itself",
            () => QueryAsync("count(up == 1)"),
            count => count is "7",
            TimeSpan.FromMinutes(1)
        );
        Assert.NotNull(await QueryAsync("sum(http_server_request_duration_seconds_count{job=\"gateway\"})"));
        var scrapedAt = TimeProvider.System.GetUtcNow();
        return new Training(id, log, model, scrapedAt);
    }

    /// <summary>Prometheus has all rules, and answers every expression of them and of the dashboards.</summary>
    private async Task EvaluateAllAsync(PlatformApi api)
    {
        await LogPointAsync(api);
        var prometheus = new StackPrometheus(engine);
        var rules = await prometheus.RulesAsync();
        Assert.All(rules, rule => Assert.True(rule.Health is "ok", $"{rule.Name}: {rule.Health}, {rule.Error}"));
        Assert.Equal(StackPrometheus.NamesInFiles(), rules.Select(rule => rule.Name).Order(StringComparer.Ordinal));
        // An alert has data when something is wrong; what it asks for is proved by the tests of the rules.
        await prometheus.EvaluateAsync(rules.Where(rule => rule.IsAlert).Select(rule => rule.Expression));

        var expressions = rules
            .Where(rule => !rule.IsAlert)
            .Select(rule => rule.Expression)
            .Concat(Dashboards.Expressions)
            .ToList();
        IReadOnlyList<string> empty = [];
        await WaitFor.ConditionAsync(
            "data for every expression but those that have none on a healthy platform without GPUs",
            async () =>
            {
                empty = await prometheus.EvaluateAsync(expressions.Where(expression => !MayBeEmpty(expression)));
                return empty.Count == 0;
            },
            TimeSpan.FromMinutes(2),
            describe: () => string.Join('\n', empty)
        );
        await prometheus.EvaluateAsync(expressions.Where(MayBeEmpty));
    }

    /// <summary>GPUs by NVIDIA's exporter, logs that go to Elasticsearch, alerts that fire, messages that failed.</summary>
    private static bool MayBeEmpty(string expression) =>
        expression.Contains("DCGM_FI_", StringComparison.Ordinal)
        || expression.Contains("platform_logs_", StringComparison.Ordinal)
        || expression is "ALERTS{alertstate=\"firing\"}"
        || expression.Contains("error_type!=", StringComparison.Ordinal);

    /// <summary>A counter of points has no series before the first one.</summary>
    private static async Task LogPointAsync(PlatformApi api)
    {
        var run = $"/api/runs/{Guid.CreateVersion7()}";
        var point = new
        {
            key = "loss",
            step = 1,
            value = 0.5,
            at = TimeProvider.System.GetUtcNow(),
        };
        using var created = await api.Http.PutAsJsonAsync(run, new { project = "stack", name = "measured" });
        created.EnsureSuccessStatusCode();
        using var logged = await api.Http.PostAsJsonAsync($"{run}/metrics", new { points = new[] { point } });
        logged.EnsureSuccessStatusCode();
    }

    /// <summary>The value of the first series; null when there is none.</summary>
    private async Task<string?> QueryAsync(string query, DateTimeOffset? at = null)
    {
        var time = at is { } then ? $"&time={then.ToUnixTimeSeconds()}" : "";
        var answer = await engine.ComposeAsync(
            "exec",
            "-T",
            "prometheus",
            "wget",
            "-q",
            "-O",
            "-",
            $"http://127.0.0.1:9090/api/v1/query?query={Uri.EscapeDataString(query)}{time}"
        );
        return JsonNode.Parse(answer)!["data"]!["result"]!.AsArray() is [{ } first, ..]
            ? first["value"]![1]!.GetValue<string>()
            : null;
    }

    /// <summary>A container outside of the stack's networks, which reaches the ports that this machine publishes only.</summary>
    private async Task JoinElsewhereAsync(PlatformApi api, string token)
    {
        var server = $"http://172.17.0.1:{engine.Setting("PLATFORM_PORT")}";
        var joinToken = JsonNode.Parse(
            await Command.SucceedAsync(
                TimeSpan.FromMinutes(1),
                engine.Settings,
                "nodes",
                "join-token",
                "--json",
                "--server",
                server,
                "--token",
                token
            )
        )!["token"]!.GetValue<string>();
        var container = (
            await engine.DockerAsync(
                "run",
                "--detach",
                "--init",
                "--pull",
                "never",
                "--env",
                $"Agent__Server={server}",
                "--env",
                $"Agent__JoinToken={joinToken}",
                "--env",
                "Agent__Labels__place=elsewhere",
                "platform/agent:0.1.0"
            )
        ).Trim();
        var id = await api.SubmitAsync(
            new
            {
                name = "elsewhere",
                command = new[] { "sh", "-c", "echo on $(hostname)" },
                labels = new { place = "elsewhere" },
            }
        );
        await api.WaitForStatusAsync(id, "succeeded");
        Assert.Equal($"on {container[..12]}\n", await api.LogAsync(id));
        await engine.DockerAsync("rm", "--force", "--volumes", container);
    }
}
