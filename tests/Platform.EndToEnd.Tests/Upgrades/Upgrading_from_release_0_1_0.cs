using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Platform.EndToEnd.Tests.Upgrades;

[Trait("suite", "e2e")]
public sealed class Upgrading_from_release_0_1_0(UpgradedPlatform platform) : IClassFixture<UpgradedPlatform>
{
    private PlatformApi Api => platform.Api;

    private JsonNode Said => platform.Data.Contents;

    [Fact]
    public async Task lets_the_agent_go_on_as_the_node_it_was_without_joining_again()
    {
        var node = platform.NodeMeanwhile!;
        Assert.Equal(Text(Said["node"]!["id"]), Text(node["id"]));
        Assert.Equal(Time(Said["node"]!["joinedAt"]), Time(node["joinedAt"]));
        Assert.Contains(
            node["leases"]!.AsArray(),
            lease => lease!["jobId"]!.GetValue<Guid>() == platform.Data.JobInFlight("running")
        );

        Assert.Equal(platform.IdentityBefore, await File.ReadAllTextAsync(platform.Data.IdentityFile));
        Assert.DoesNotContain("join token", await platform.LogAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ends_the_attempt_that_ran_meanwhile_as_if_nothing_had_happened()
    {
        var id = platform.Data.JobInFlight("running");

        // One attempt, each line, event and point once, and the output.
        await Api.AssertCountedAsync(id, platform.Training.Steps);

        var job = await Api.GetAsync($"/api/jobs/{id}");
        Assert.Equal(0, job["exitCode"]!.GetValue<int>());
        Assert.StartsWith(platform.SpoolBefore, await Api.LogAsync(id), StringComparison.Ordinal);
        // The agent removes it once the end is recorded.
        var spool = platform.Data.PathOf($"{Said["training"]!["folder"]}/log");
        await WaitFor.ConditionAsync("the spool to be removed", () => Task.FromResult(!File.Exists(spool)));
        var run = await Api.GetAsync($"/api/runs/{Text(job["runId"])}");
        Assert.Equal(platform.Training.Steps, run["summary"]!["counted"]!.GetValue<int>());
    }

    [Fact]
    public async Task goes_on_with_what_waited_and_with_what_was_being_stopped()
    {
        var stopped = await Api.GetAsync($"/api/jobs/{platform.Data.JobInFlight("stopping")}");
        Assert.Equal("cancelled", Text(stopped["reason"]));
        Assert.Equal(1, stopped["attempt"]!.GetValue<int>());

        var rested = platform.Data.JobInFlight("resting");
        Assert.Equal(2, (await Api.GetAsync($"/api/jobs/{rested}"))["attempt"]!.GetValue<int>());
        Assert.Equal("attempt 2\n", await Api.LogAsync(rested));

        var waited = platform.Data.JobInFlight("waiting");
        Assert.Equal(1, (await Api.GetAsync($"/api/jobs/{waited}"))["attempt"]!.GetValue<int>());
        Assert.Equal("ran at last\n", await Api.LogAsync(waited));
    }

    [Fact]
    public void takes_new_jobs() =>
        Assert.Equal(Text(Said["node"]!["id"]), Text(Assert.Single(platform.NewJob!["nodes"]!.AsArray())!["nodeId"]));

    [Fact]
    public async Task keeps_every_job_that_had_ended_with_its_events_and_its_logs()
    {
        foreach (var said in Said["jobs"]!.AsArray())
        {
            var id = said!["id"]!.GetValue<Guid>();
            var job = await Api.GetAsync($"/api/jobs/{id}");
            AssertSame(said, job, "id", "name", "project", "status", "attempt", "exitCode");
            Assert.Equal(Time(said["submittedAt"]), Time(job["submittedAt"]));
            // The release took both times from different clocks, and let short jobs end before they started.
            var ended = Time(said["endedAt"]);
            var started = job["startedAt"] is { } at ? Time(at) : ended;
            Assert.Equal(ended < started ? started : ended, Time(job["endedAt"]));
            Assert.Equal(said["events"]!.GetValue<int>(), (await Api.HistoryAsync(id)).Count);

            var attempt = 0;
            foreach (var log in said["logs"]!.AsArray())
            {
                attempt++;
                var bytes = await Api.Http.GetByteArrayAsync($"/api/jobs/{id}/logs?attempt={attempt}");
                Assert.Equal(log!["bytes"]!.GetValue<int>(), bytes.Length);
                Assert.Equal(Text(log["sha256"]), Sha256(bytes));
            }
        }
    }

    [Fact]
    public async Task keeps_every_run_with_all_its_points()
    {
        foreach (var said in Said["runs"]!.AsArray())
        {
            var path = $"/api/runs/{Text(said!["id"])}";
            AssertSame(
                said,
                await Api.GetAsync(path),
                "id",
                "name",
                "project",
                "status",
                "parameters",
                "tags",
                "summary"
            );
            AssertSame(said, await Api.GetAsync($"{path}/metrics?points=10000"), "series");
        }
    }

    [Fact]
    public async Task keeps_every_artifact_to_the_byte()
    {
        foreach (var said in Said["artifacts"]!.AsArray())
        {
            var path = $"/api/artifacts/{Text(said!["name"])}/versions";
            foreach (var version in said["versions"]!.AsArray())
            {
                var kept = await Api.GetAsync($"{path}/{version!["version"]}");
                AssertSame(version, kept, "digest", "files");
                Assert.Equal(Aliases(version), Aliases(kept));
                foreach (var file in version["files"]!.AsArray())
                {
                    var bytes = await Api.Http.GetByteArrayAsync(
                        $"{path}/{version["version"]}/files/{Text(file!["path"])}"
                    );
                    Assert.Equal(Text(file["sha256"]), Sha256(bytes));
                }
            }

            var deleted = (await Api.GetAsync($"{path}?deleted=true"))["items"]!.AsArray();
            Assert.Equal(
                said["deleted"]!.AsArray().Select(version => version!.GetValue<int>()),
                deleted.Select(version => version!["version"]!.GetValue<int>())
            );
        }

        Assert.Equal(1, (await Api.GetAsync("/api/artifacts/weights/versions/champion"))["version"]!.GetValue<int>());
    }

    [Fact]
    public async Task keeps_the_rights_of_the_tokens_that_people_have()
    {
        Assert.Equal(HttpStatusCode.OK, await ReadAsync(Api));
        Assert.Equal(HttpStatusCode.Created, await WriteAsync(Api));

        using var reader = platform.As(platform.Data.Token("reader"));
        Assert.Equal(HttpStatusCode.OK, await ReadAsync(reader));
        Assert.Equal(HttpStatusCode.Forbidden, await WriteAsync(reader));
        var me = await reader.GetAsync("/api/users/me");
        Assert.Equal(("user:reader", "viewer"), (Text(me["subject"]), Text(me["role"])));

        using var revoked = platform.As(platform.Data.Token("revoked"));
        Assert.Equal(HttpStatusCode.Unauthorized, await ReadAsync(revoked));
    }

    [Fact]
    public Task gives_the_same_answers_from_read_models_that_are_rebuilt() =>
        platform.Platform.AssertReadModelsMatchEventsAsync();

    private static async Task<HttpStatusCode> ReadAsync(PlatformApi api)
    {
        using var response = await api.Http.GetAsync("/api/jobs");
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> WriteAsync(PlatformApi api)
    {
        using var response = await api.Http.PostAsJsonAsync(
            "/api/runs",
            new { project = "upgrade/runs", name = "after" }
        );
        return response.StatusCode;
    }

    private static void AssertSame(JsonNode said, JsonNode now, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            Assert.True(
                JsonNode.DeepEquals(said[field], now[field]),
                $"{field} of {said["id"] ?? said["version"]} was {said[field]} and is {now[field]}"
            );
        }
    }

    /// <summary><c>latest</c> moves with every version.</summary>
    private static List<string> Aliases(JsonNode version) =>
        [
            .. version["aliases"]!
                .AsArray()
                .Select(alias => Text(alias))
                .Where(alias => alias != "latest")
                .Order(StringComparer.Ordinal),
        ];

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static DateTimeOffset Time(JsonNode? node) =>
        DateTimeOffset.Parse(Text(node), CultureInfo.InvariantCulture);

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
