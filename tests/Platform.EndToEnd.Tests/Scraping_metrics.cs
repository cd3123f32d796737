using System.Net.Http.Json;

namespace Platform.EndToEnd.Tests;

/// <summary>Every process tells at <c>/metrics</c> how it and what it keeps are; docs/metrics.md lists the series.</summary>
[Collection("cluster")]
[Trait("suite", "e2e")]
public sealed class Scraping_metrics(LocalCluster cluster)
{
    [Theory]
    [Trait("check", "MON-03")]
    [InlineData("gateway")]
    [InlineData("jobs")]
    [InlineData("nodes")]
    [InlineData("artifacts")]
    [InlineData("tracking")]
    public async Task every_service_tells_of_its_requests_its_log_and_itself(string service)
    {
        // Requests and messages are measured when they have ended, and an answer can be as old as the exporter keeps one.
        _ = await cluster.Api.GetAsync("/api/artifacts");
        _ = await cluster.Api.GetAsync("/api/runs");
        var id = await cluster.Api.SubmitAsync(new { name = "measured", command = new[] { "true" } });
        await cluster.Api.WaitForStatusAsync(id, "succeeded");
        string[] series =
        [
            "http_server_request_duration_seconds",
            "dotnet_process_cpu_time_seconds",
            "db_client_operation_duration_seconds",
            "event_store_sequence",
            .. service switch
            {
                "gateway" => (string[])["http_client_request_duration_seconds"],
                "jobs" or "nodes" => ["platform_broker_up", "messaging_process_duration_seconds"],
                _ => ["platform_broker_up"],
            },
        ];

        var scrape = await WaitForAsync(
            service,
            string.Join(", ", series),
            scrape => Array.TrueForAll(series, scrape.Types.ContainsKey)
        );

        Assert.Equal("histogram", scrape.Types["http_server_request_duration_seconds"]);
        Assert.Equal("counter", scrape.Types["dotnet_process_cpu_time_seconds"]);
        Assert.Equal("histogram", scrape.Types["db_client_operation_duration_seconds"]);
        Assert.NotNull(scrape.Value("event_store_sequence", ("schema", service)));
        Assert.NotNull(scrape.Value("target_info", ("service_name", $"platform-{service}")));
        if (service is "gateway")
        {
            Assert.Equal("histogram", scrape.Types["http_client_request_duration_seconds"]);
            return;
        }

        Assert.Equal(1, scrape.Value("platform_broker_up"));
        if (service is not "tracking")
        {
            string[] ofFollowers =
            [
                "event_store_follower_lag",
                "event_store_follower_lag_age_seconds",
                "event_store_gap_age_seconds",
            ];
            Assert.All(
                ofFollowers,
                name => Assert.NotNull(scrape.Value(name, ("schema", service), ("follower", $"{service}-publisher")))
            );
        }
    }

    [Fact]
    [Trait("check", "MON-03")]
    public async Task a_job_that_waits_is_counted_until_it_is_cancelled()
    {
        var id = await cluster.Api.SubmitAsync(
            new
            {
                name = "too-large",
                command = new[] { "true" },
                resources = new { gpus = 512 },
            }
        );

        await cluster.Api.WaitForStatusAsync(id, "queued");
        await WaitFor.ConditionAsync("the job to wait", () => IsWaitingAsync(id));
        _ = await WaitForCountAsync("jobs", "/api/jobs?status=queued", "platform_jobs", ("status", "queued"));
        var nodes = await WaitForCountAsync("nodes", "/api/nodes/placements", "platform_placements_waiting");
        Assert.True(nodes.Value("platform_placements_waiting_age_seconds") >= 0);
        await cluster.Api.CancelAsync(id);
        await cluster.Api.WaitForStatusAsync(id, "cancelled");
        await WaitFor.ConditionAsync("the job to wait no longer", async () => !await IsWaitingAsync(id));
        _ = await WaitForCountAsync("jobs", "/api/jobs?status=cancelled", "platform_jobs", ("status", "cancelled"));
        _ = await WaitForCountAsync("nodes", "/api/nodes/placements", "platform_placements_waiting");
    }

    [Fact]
    [Trait("check", "MON-03")]
    public async Task nodes_are_counted_by_state_and_so_are_their_GPUs()
    {
        var nodes = (await cluster.Api.GetAsync("/api/nodes"))["items"]!.AsArray();

        var scrape = await WaitForAsync(
            "nodes",
            "the nodes",
            s => HasNodes(s) && s.Value("platform_nodes", ("state", "online")) == nodes.Count
        );

        Assert.Equal(0, scrape.Value("platform_nodes", ("state", "draining")));
        var gpus = new[] { "used", "free", "unavailable" }.Sum(state =>
            scrape.Value("platform_gpus", ("state", state))!.Value
        );
        Assert.Equal(nodes.Sum(node => node!["gpus"]!.AsArray().Count), gpus);
    }

    [Fact]
    public async Task runs_and_points_are_counted_when_they_are_stored_for_the_first_time()
    {
        const int Points = 1000;
        var id = Guid.CreateVersion7();
        var before = await ScrapeAsync("tracking");
        await SendAsync(HttpMethod.Put, $"/api/runs/{id}", new { project = "e2e/metrics", name = "counted" });
        var points = Enumerable
            .Range(1, Points)
            .Select(step => new
            {
                key = "loss",
                step,
                value = 0.5,
                at = "2026-01-02T03:04:05Z",
            });
        for (var repeat = 0; repeat < 2; repeat++)
        {
            await SendAsync(HttpMethod.Post, $"/api/runs/{id}/metrics", new { points });
        }

        var after = await WaitForAsync(
            "tracking",
            "the run",
            // An answer can be as old as the exporter keeps one.
            scrape =>
                Counted(scrape, "platform_runs_created_total") >= 1
                && Counted(scrape, "platform_metric_points_ingested_total") >= Points
                && scrape.Value("platform_runs", ("status", "running")) > 0
        );

        Assert.Equal("counter", after.Types["platform_runs_created"]);
        Assert.Equal("counter", after.Types["platform_metric_points_ingested"]);
        // What trainings of other tests still send is far less than the repeat.
        Assert.InRange(Counted(after, "platform_metric_points_ingested_total"), Points, (2 * Points) - 1);

        double Counted(Scrape scrape, string name) => (scrape.Value(name) ?? 0) - (before.Value(name) ?? 0);
    }

    private async Task SendAsync(HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var response = await cluster.Api.Http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private static bool HasNodes(Scrape scrape) => scrape.Types.ContainsKey("platform_nodes");

    private async Task<bool> IsWaitingAsync(Guid job) =>
        (await cluster.Api.GetAsync("/api/nodes/placements?limit=1000"))["items"]!
            .AsArray()
            .Any(item => item!["jobId"]!.GetValue<Guid>() == job);

    /// <summary>
    /// Waits until a count is that of a list. What was counted before the job says nothing: it can be some seconds old, of
    /// when jobs of other tests still waited.
    /// </summary>
    private async Task<Scrape> WaitForCountAsync(
        string process,
        string list,
        string name,
        params (string Label, string Value)[] labels
    )
    {
        var total = 0.0;
        Scrape? scrape = null;
        await WaitFor.ConditionAsync(
            $"{process} to count what {list} lists",
            async () =>
            {
                total = (await cluster.Api.GetAsync(list))["total"]!.GetValue<long>();
                scrape = await ScrapeAsync(process);
                return scrape.Value(name, labels) == total;
            },
            describe: () => $"Listed: {total}; {scrape}"
        );
        return scrape!;
    }

    private Task<Scrape> ScrapeAsync(string process) =>
        Scrape.OfAsync(cluster.Api.Http, new Uri(cluster.AddressOf(process), "/metrics"));

    private Task<Scrape> WaitForAsync(string process, string what, Predicate<Scrape> holds) =>
        WaitFor.ValueAsync($"{process} to tell of {what}", () => ScrapeAsync(process), scrape => holds(scrape));
}
