using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.EndToEnd.Tests;

/// <summary>The gateway's answers to invalid requests; each service's own tests cover more.</summary>
[Collection("cluster")]
[Trait("suite", "e2e")]
public sealed class Bad_input(LocalCluster cluster)
{
    private const string EmptySha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    public static TheoryData<string, string, string?, int> Requests =>
        new()
        {
            { "POST", "/api/jobs", """{"name":"x","command":["true"],"colour":"red"}""", 400 },
            { "POST", "/api/jobs", """{"name":"x","command":"true"}""", 400 },
            { "POST", "/api/jobs", """{"name":"x","command":[]}""", 400 },
            { "POST", "/api/jobs", """{"name":"x","command":["true"],"resources":{"gpus":-1}}""", 400 },
            { "POST", "/api/jobs", """{"name":"x","command":["true"],"files":{"../x":"y"}}""", 400 },
            {
                "POST",
                "/api/jobs",
                """{"name":"x","command":["true"],"inputs":[{"artifact":"a:latest","path":"/etc"}]}""",
                400
            },
            { "POST", "/api/jobs", """{"name":"x","command":["true"],"project":"a/../b"}""", 400 },
            { "POST", "/api/jobs", "{ this is no JSON", 400 },
            { "GET", "/api/jobs/01980000-0000-7000-8000-000000000000", null, 404 },
            { "GET", "/api/jobs?cursor=nonsense", null, 400 },
            { "GET", "/api/jobs?limit=0", null, 400 },
            { "GET", "/api/jobs?sort=;drop", null, 400 },
            { "GET", "/api/nodes/01980000-0000-7000-8000-000000000000", null, 404 },
            { "GET", "/api/runs?cursor=nonsense", null, 400 },
            { "GET", "/api/runs/unknown", null, 404 },
            { "GET", "/api/artifacts?cursor=nonsense", null, 400 },
            { "GET", "/api/artifacts/unknown/versions/latest", null, 404 },
            { "POST", "/api/artifacts/a%2F..%2Fb/versions", """{"files":[]}""", 400 },
            {
                "POST",
                "/api/artifacts/tricky/versions",
                "{\"files\":[{\"path\":\"../x\",\"size\":0,\"sha256\":\"" + EmptySha + "\"}]}",
                400
            },
            { "PUT", $"/api/artifacts/blobs/{EmptySha}", "not empty at all", 400 },
            { "GET", "/api/unknown", null, 404 },
        };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task returns_a_problem_document(string method, string path, string? body, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(
                body,
                Encoding.UTF8,
                path.Contains("/blobs/", StringComparison.Ordinal) ? "application/octet-stream" : "application/json"
            );
        }

        using var response = await cluster.Api.Http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();

        Assert.True((int)response.StatusCode == status, $"{method} {path} answered {response.StatusCode}: {answer}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(status, JsonNode.Parse(answer)!["status"]!.GetValue<int>());
    }

    [Fact]
    public async Task with_another_body_under_the_same_idempotency_key_is_a_conflict()
    {
        var key = Guid.CreateVersion7().ToString();
        var first = await PostJobAsync(key, "first");
        var again = await PostJobAsync(key, "first");
        var other = await PostJobAsync(key, "second");

        Assert.Equal(HttpStatusCode.Created, first.Status);
        Assert.Equal(first.Body["id"]!.GetValue<string>(), again.Body["id"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Conflict, other.Status);
    }

    [Fact]
    public async Task with_a_stale_If_Match_changes_nothing()
    {
        var (_, job) = await PostJobAsync(Guid.CreateVersion7().ToString(), "waits", gpus: 64);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/jobs/{job["id"]}/cancel");
        request.Headers.TryAddWithoutValidation("If-Match", "\"99\"");

        using var response = await cluster.Api.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.PreconditionFailed, response.StatusCode);
    }

    [Fact]
    public async Task with_more_gpus_than_any_node_has_is_accepted_and_waits_with_a_reason()
    {
        var (status, job) = await PostJobAsync(Guid.CreateVersion7().ToString(), "huge", gpus: 64);
        Assert.Equal(HttpStatusCode.Created, status);

        var queued = await cluster.Api.WaitForStatusAsync(job["id"]!.GetValue<Guid>(), "queued");

        Assert.Contains("64 GPUs", queued["reason"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task with_a_script_that_does_not_exist_fails_the_job_with_a_reason()
    {
        var id = await cluster.Api.SubmitAsync(new { name = "missing", command = new[] { "./does-not-exist.sh" } });

        var job = await cluster.Api.WaitForStatusAsync(id, "failed");

        Assert.Equal("could_not_start", job["reason"]!.GetValue<string>());
        Assert.Contains("does-not-exist.sh", job["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("check", "NODE-01")]
    public async Task with_a_wrong_join_token_is_refused_and_joins_nothing()
    {
        var nodeId = Guid.CreateVersion7();
        using var response = await cluster.Api.Http.PostAsJsonAsync(
            "/api/nodes/join",
            new
            {
                nodeId,
                name = "unknown",
                token = "wrong",
                inventory = new
                {
                    hostname = "unknown",
                    os = "Linux",
                    agentVersion = "0",
                    cpus = 1,
                    memoryMiB = 1,
                },
            }
        );

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        using var node = await cluster.Api.Http.GetAsync($"/api/nodes/{nodeId}");
        Assert.Equal(HttpStatusCode.NotFound, node.StatusCode);
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> PostJobAsync(string key, string name, int gpus = 0)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs")
        {
            Content = JsonContent.Create(
                new
                {
                    name,
                    command = new[] { "true" },
                    resources = new { gpus },
                }
            ),
        };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await cluster.Api.Http.SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}
