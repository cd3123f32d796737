using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.EventStore;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Tests.Importing;

[Trait("suite", "integration")]
[Trait("check", "RUN-23")]
public sealed class Importing_runs(TrackingHost host) : IClassFixture<TrackingHost>
{
    private static readonly string[] _reproduced =
    [
        "id",
        "project",
        "name",
        "status",
        "jobId",
        "parentId",
        "alias",
        "group",
        "notes",
        "endReason",
        "createdAt",
        "startedAt",
        "endedAt",
        "updatedAt",
        "parameters",
        "tags",
        "summary",
        "primaryMetric",
        "latest",
        "best",
        "metrics",
        "environment",
        "losses",
    ];

    [Fact]
    public async Task into_an_empty_server_reproduces_what_was_exported()
    {
        var project = $"moved/{Guid.CreateVersion7():N}";
        var parent = await RunAsync(project, parentId: null);
        var child = await RunAsync($"{project}/below", parent);
        await RunAsync($"{project}0", parentId: null);
        var archive = await ExportAsync($"project={project}");
        await using var other = new Server();
        await other.StartAsync();

        var report = await ImportAsync(other.Host, archive);

        Assert.Equal(2, report["imported"]!.GetValue<int>());
        Assert.Equal([parent, child], report["items"]!.AsArray().Select(item => item!["id"]!.GetValue<string>()));
        foreach (var id in new[] { parent, child })
        {
            var (before, after) = (
                await host.GetAsync($"/api/runs/{id}"),
                await other.Host.GetAsync($"/api/runs/{id}")
            );
            Assert.All(
                _reproduced,
                field =>
                    Assert.True(
                        JsonNode.DeepEquals(before[field], after[field]),
                        $"{field}: {before[field]} became {after[field]}"
                    )
            );
            var (points, imported) = (
                await host.GetAsync($"/api/runs/{id}/metrics"),
                await other.Host.GetAsync($"/api/runs/{id}/metrics")
            );
            Assert.True(JsonNode.DeepEquals(points["series"], imported["series"]), $"{points} became {imported}");
        }
    }

    [Fact]
    public async Task again_changes_nothing_and_keeps_what_was_changed_since()
    {
        var id = await RunAsync("again", parentId: null);
        var archive = await ExportAsync($"ids={id}");
        await using var other = new Server();
        await other.StartAsync();
        await ImportAsync(other.Host, archive);
        await other.Host.SendAsync(HttpMethod.Patch, $"/api/runs/{id}", new { name = "renamed" }, HttpStatusCode.OK);
        var before = await other.Host.GetAsync($"/api/runs/{id}");

        var report = await ImportAsync(other.Host, archive);

        Assert.Equal("existing", report["items"]![0]!["outcome"]!.GetValue<string>());
        Assert.Equal(0, report["items"]![0]!["points"]!.GetValue<int>());
        Assert.True(JsonNode.DeepEquals(before, await other.Host.GetAsync($"/api/runs/{id}")));
        Assert.Equal("existing", (await ImportAsync(host, archive))["items"]![0]!["outcome"]!.GetValue<string>());
    }

    [Fact]
    public async Task that_had_not_ended_ends_them_as_interrupted_when_they_were_heard_of_last()
    {
        var id = await host.CreateRunAsync("unended");
        var before = await host.GetAsync($"/api/runs/{id}");
        var archive = await ExportAsync($"ids={id}");
        await using var other = new Server();
        await other.StartAsync();

        var report = await ImportAsync(other.Host, archive);

        Assert.True(report["items"]![0]!["isInterrupted"]!.GetValue<bool>());
        var after = await other.Host.GetAsync($"/api/runs/{id}");
        Assert.Equal("interrupted", after["status"]!.GetValue<string>());
        Assert.Equal(before["updatedAt"]!.GetValue<DateTimeOffset>(), after["endedAt"]!.GetValue<DateTimeOffset>());
    }

    [Fact]
    public async Task takes_logs_which_go_with_the_run_when_it_is_purged_and_are_exported_again()
    {
        var id = $"logged-{Guid.CreateVersion7():N}";
        var log = new string('x', 600_000) + "\nend\n";
        var archive = Archive(
            Manifest,
            ($"runs/{id}/run.json", RunJson(id)),
            ($"runs/{id}/logs/attempt-1.log", log),
            ($"runs/{id}/logs/empty.log", "")
        );

        await ImportAsync(host, archive);

        var logs = await host.GetAsync($"/api/runs/{id}/logs");
        Assert.Equal(
            $$"""[{"name":"attempt-1.log","size":{{log.Length}}},{"name":"empty.log","size":0}]""",
            logs["items"]!.ToJsonString()
        );
        Assert.Equal(log, await host.Http.GetStringAsync($"/api/runs/{id}/logs/attempt-1.log"));
        await host.GetAsync($"/api/runs/{id}/logs/other.log", HttpStatusCode.NotFound);
        using var again = new ZipArchive(new MemoryStream(await ExportAsync($"ids={id}")));
        Assert.Equal(log.Length, again.GetEntry($"runs/{id}/logs/attempt-1.log")!.Length);
        await host.SendAsync(HttpMethod.Delete, $"/api/runs/{id}", body: null, HttpStatusCode.OK);
        await host.SendAsync(HttpMethod.Post, "/api/runs/purge", new { ids = new[] { id } }, HttpStatusCode.OK);
        await host.SendAsync(HttpMethod.Put, $"/api/runs/{id}", new { project = "demo" }, HttpStatusCode.Created);
        Assert.Empty((await host.GetAsync($"/api/runs/{id}/logs"))["items"]!.AsArray());
    }

    [Fact]
    public async Task completes_one_that_ended_in_the_middle()
    {
        var id = $"half-{Guid.CreateVersion7():N}";
        await ImportAsync(host, Archive(Manifest, ($"runs/{id}/run.json", RunJson(id))));

        var report = await ImportAsync(
            host,
            Archive(Manifest, ($"runs/{id}/run.json", RunJson(id)), ($"runs/{id}/metrics.csv", Points))
        );

        Assert.Equal("completed", report["items"]![0]!["outcome"]!.GetValue<string>());
        Assert.Equal(1, report["items"]![0]!["points"]!.GetValue<int>());
        Assert.Equal(0.5, (await host.GetAsync($"/api/runs/{id}"))["latest"]!["loss"]!["value"]!.GetValue<double>());
    }

    [Fact]
    public async Task that_was_cut_off_leaves_a_run_that_has_not_ended_until_it_is_completed()
    {
        var id = $"cut-{Guid.CreateVersion7():N}";
        var json = RunJson(id);
        var source = $"import:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)))}";
        var run = JsonSerializer.Deserialize(json, TrackingJson.Default.ArchivedRun)!;
        // What a process stores of a run before its points, and no more.
        await host
            .Services.GetRequiredService<RunHandler>()
            .HandleAsync(id, run.ToCommand(source), EventMetadata.None, ifVersion: null, CancellationToken.None);
        Assert.Equal("running", (await host.GetAsync($"/api/runs/{id}"))["status"]!.GetValue<string>());

        var archive = Archive(Manifest, ($"runs/{id}/run.json", json), ($"runs/{id}/metrics.csv", Points));
        var report = await ImportAsync(host, archive);
        var again = await ImportAsync(host, archive);

        Assert.Equal("completed", report["items"]![0]!["outcome"]!.GetValue<string>());
        Assert.Equal("existing", again["items"]![0]!["outcome"]!.GetValue<string>());
        var after = await host.GetAsync($"/api/runs/{id}");
        Assert.Equal("finished", after["status"]!.GetValue<string>());
        Assert.Equal(run.EndedAt, after["endedAt"]!.GetValue<DateTimeOffset>());
        Assert.Equal(0.5, after["latest"]!["loss"]!["value"]!.GetValue<double>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task takes_the_parent_of_a_run_that_would_be_a_part_of_itself(bool dryRun)
    {
        var mark = Guid.CreateVersion7().ToString("N");
        string Id(string name) => $"{name}-{mark}";
        // One of the circle is there already, below a run that is not.
        await host.SendAsync(
            HttpMethod.Put,
            $"/api/runs/{Id("c")}",
            new { project = "imported", parentId = Id("a") },
            HttpStatusCode.Created
        );

        var report = await ImportAsync(
            host,
            Archive(
                Manifest,
                ($"runs/{Id("a")}/run.json", RunJson(Id("a"), parent: Id("b"))),
                ($"runs/{Id("b")}/run.json", RunJson(Id("b"), parent: Id("c"))),
                ($"runs/{Id("d")}/run.json", RunJson(Id("d"), parent: Id("b")))
            ),
            dryRun
        );

        Assert.Equal(3, report["imported"]!.GetValue<int>());
        Assert.Equal(
            [null, Id("c"), null],
            report["items"]!.AsArray().Select(item => item!["parentLeftOut"]?.GetValue<string>())
        );
        if (!dryRun)
        {
            Assert.Equal(Id("b"), (await host.GetAsync($"/api/runs/{Id("a")}"))["parentId"]!.GetValue<string>());
            Assert.Null((await host.GetAsync($"/api/runs/{Id("b")}"))["parentId"]);
        }
    }

    [Fact]
    public async Task refuses_one_that_is_wrong_and_takes_the_others()
    {
        var ids = Enumerable.Range(0, 6).Select(i => $"wrong-{i}-{Guid.CreateVersion7():N}").ToList();
        var archive = Archive(
            Manifest,
            ($"runs/{ids[0]}/run.json", "{"),
            ($"runs/{ids[1]}/run.json", RunJson("other")),
            ($"runs/{ids[2]}/metrics.csv", Points),
            ($"runs/{ids[3]}/run.json", RunJson(ids[3])),
            ($"runs/{ids[3]}/metrics.csv", $"{Points}loss,2,now,1,\n"),
            ($"runs/{ids[4]}/run.json", RunJson(ids[4], "../up")),
            ($"runs/{ids[5]}/run.json", RunJson(ids[5]))
        );

        var report = await ImportAsync(host, archive);

        Assert.Equal((1, 5), (report["imported"]!.GetValue<int>(), report["refused"]!.GetValue<int>()));
        Assert.Equal(
            [
                "run.json of the run is missing or cannot be read.",
                "id in run.json: Must be the name of the folder.",
                "run.json of the run is missing or cannot be read.",
                "Line 3 of metrics.csv: A time must be written as 2026-01-31T12:00:00.123Z.",
            ],
            report["items"]!.AsArray().Take(4).Select(item => item!["problem"]!["detail"]!.GetValue<string>())
        );
        foreach (var id in ids.Take(5))
        {
            await host.GetAsync($"/api/runs/{id}", HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task in_a_dry_run_only_says_what_would_be()
    {
        var id = $"dry-{Guid.CreateVersion7():N}";
        var archive = Archive(Manifest, ($"runs/{id}/run.json", RunJson(id)), ($"runs/{id}/metrics.csv", Points));

        var report = await ImportAsync(host, archive, dryRun: true);

        Assert.Equal(1, report["imported"]!.GetValue<int>());
        Assert.Equal(1, report["items"]![0]!["points"]!.GetValue<int>());
        await host.GetAsync($"/api/runs/{id}", HttpStatusCode.NotFound);
    }

    internal static (string, string) Manifest =>
        ("platform-runs.json", """{"format":"platform-runs","version":1,"exportedAt":"2026-01-02T03:04:05Z"}""");

    internal static string Points => "key,step,at,value,stage\nloss,1,2026-01-02T03:04:06.000000Z,0.5,\n";

    internal static string RunJson(string id, string project = "imported", string? parent = null) =>
        $$"""{"id":"{{id}}","project":"{{project}}",{{(parent is null ? "" : $"\"parentId\":\"{parent}\",")}}"name":"a run","status":"finished","createdAt":"2026-01-02T03:04:05Z","startedAt":"2026-01-02T03:04:05Z","endedAt":"2026-01-02T03:05:05Z","somethingNewer":1}""";

    internal static byte[] Archive(params (string Name, string Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var writer = new StreamWriter(zip.CreateEntry(name).Open());
                writer.Write(content);
            }
        }

        return stream.ToArray();
    }

    internal static async Task<JsonNode> ImportAsync(
        TrackingHost host,
        byte[] archive,
        bool dryRun = false,
        HttpStatusCode expected = HttpStatusCode.OK
    )
    {
        using var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new("application/zip");
        using var response = await host.Http.PostAsync(
            $"/api/runs/import?dryRun={(dryRun ? "true" : "false")}",
            content
        );
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    private async Task<byte[]> ExportAsync(string query)
    {
        using var response = await host.Http.GetAsync($"/api/runs/export?{query}");
        Assert.Equal("application/zip", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadAsByteArrayAsync();
    }

    private async Task<string> RunAsync(string project, string? parentId)
    {
        var start = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var id = $"run-{Guid.CreateVersion7():N}";
        await host.SendAsync(
            HttpMethod.Put,
            $"/api/runs/{id}",
            new
            {
                project,
                name = "=cmd|' /C calc'!A0",
                parentId,
                parameters = new { lr = 0.1, layers = new[] { 1, 2 } },
                tags = new { owner = "anna" },
                startedAt = start,
            },
            HttpStatusCode.Created
        );
        await host.SendAsync(
            HttpMethod.Patch,
            $"/api/runs/{id}",
            new
            {
                alias = "best",
                group = "sweep",
                notes = "# Notes\nof several lines",
                summary = new { accuracy = 0.9 },
                environment = new { python = "3.12" },
                losses = new
                {
                    reporter = "rank 0",
                    refused = 2,
                    notices = new[] { "a is not stored" },
                },
                primaryMetric = new { name = "=loss,\"x\"", mode = "min" },
            },
            HttpStatusCode.OK
        );
        await host.LogAsync(
            id,
            [
                .. Enumerable
                    .Range(0, 20)
                    .Select(step =>
                        (object)
                            new
                            {
                                key = "=loss,\"x\"",
                                step,
                                at = start.AddSeconds(step).AddTicks(10 * step),
                                value = step == 7 ? (object)"-Infinity" : 1.0 / (step + 3),
                                stage = step < 5 ? "warm, up" : null,
                            }
                    ),
            ]
        );
        await host.SendAsync(
            HttpMethod.Post,
            $"/api/runs/{id}/finish",
            new
            {
                status = "failed",
                endedAt = start.AddMinutes(5),
                reason = "crashed",
            },
            HttpStatusCode.OK
        );
        return id;
    }

    /// <summary>Another tracking service, which has nothing.</summary>
    private sealed class Server : IAsyncDisposable
    {
        public TrackingHost Host { get; } = new();

        public Task StartAsync() => Host.InitializeAsync();

        public async ValueTask DisposeAsync() => await Host.DisposeAsync();
    }
}
