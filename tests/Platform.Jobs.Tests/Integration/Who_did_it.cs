using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class Who_did_it : WithJobsHost
{
    private static readonly Caller _anna = Caller.User("anna", UserRole.Editor);
    private static readonly Caller _viewer = Caller.User("vera", UserRole.Viewer);

    [Fact]
    public async Task is_in_the_history_of_a_job()
    {
        var id = await SubmitAsync(_anna);
        await Host.WaitForAsync(id, "running");
        using var cancelled = await Host.Http.SendAsAsync(_anna, HttpMethod.Post, $"/api/jobs/{id}/cancel");
        await Host.WaitForAsync(id, "cancelled");

        var history = (await Host.GetAsync($"/api/jobs/{id}/events"))["items"]!.AsArray();

        Assert.Equal(
            [
                ("job_submitted", "user:anna"),
                ("job_queued", "service:nodes"),
                ("job_placed", "service:nodes"),
                ("job_started", $"node:{TestCluster.NodeId}"),
                ("stop_requested", "user:anna"),
                ("job_cancelled", $"node:{TestCluster.NodeId}"),
            ],
            history.Select(entry => (entry!["type"]!.GetValue<string>(), (string?)entry["actor"]))
        );
    }

    [Theory]
    [InlineData("user:anna")]
    [InlineData("anna")]
    [InlineData("Anna")]
    [InlineData("me")]
    public async Task finds_the_jobs_of_a_user(string name)
    {
        var annas = await SubmitAsync(_anna);
        await SubmitAsync(Caller.User("ann", UserRole.Editor));
        await SubmitAsync(Caller.Local);

        var found = JsonNode.Parse(await ReadAsync(_anna, $"/api/jobs?submittedBy={name}"))!;
        var locals = await Host.GetAsync("/api/jobs?submittedBy=local");

        Assert.Equal(annas, Assert.Single(found["items"]!.AsArray())!["id"]!.GetValue<Guid>());
        Assert.Equal("user:anna", (string?)found["items"]![0]!["submittedBy"]);
        Assert.Equal(1, locals["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task is_known_of_jobs_of_release_0_1_0_too()
    {
        var id = await SubmitAsync(_anna);
        await using (
            var command = Host.Store.DataSource.CreateCommand(
                """update mt_events set headers = '{"subject":"user:old"}' where stream_id = $1 and version = 1"""
            )
        )
        {
            command.Parameters.Add(new() { Value = $"{id}" });
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }

        await Host.Store.RebuildAsync("job_summary:v1");

        Assert.Equal("user:old", (string?)(await Host.JobAsync(id))["submittedBy"]);
        var history = await Host.GetAsync($"/api/jobs/{id}/events");
        Assert.Equal("user:old", (string?)history["items"]![0]!["actor"]);
    }

    [Fact]
    public async Task values_of_the_environment_are_hidden_from_those_who_may_only_look()
    {
        var id = await SubmitAsync(_anna);
        foreach (var path in new[] { $"/api/jobs/{id}", $"/api/jobs/{id}/events" })
        {
            Assert.Contains("s3cret", await ReadAsync(_anna, path), StringComparison.Ordinal);
            Assert.Contains(
                "s3cret",
                await ReadAsync(Caller.User("otto", UserRole.Editor), path),
                StringComparison.Ordinal
            );
            var shown = await ReadAsync(_viewer, path);
            Assert.DoesNotContain("s3cret", shown, StringComparison.Ordinal);
            Assert.Contains("API_KEY", shown, StringComparison.Ordinal);
        }
    }

    private async Task<string> ReadAsync(Caller caller, string path)
    {
        using var response = await Host.Http.SendAsAsync(caller, HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    private async Task<Guid> SubmitAsync(Caller caller)
    {
        var job = new
        {
            name = "x",
            command = new[] { "true" },
            env = new Dictionary<string, string> { ["API_KEY"] = "s3cret" },
        };
        using var response = await Host.Http.SendAsAsync(caller, HttpMethod.Post, "/api/jobs", JsonContent.Create(job));
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Created, body);
        return JsonNode.Parse(body)!["id"]!.GetValue<Guid>();
    }
}
