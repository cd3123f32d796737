using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Platform.Standalone.Tests;

[Trait("suite", "e2e")]
public sealed class The_description_of_the_API : IAsyncLifetime
{
    private readonly StandaloneProcess _platform = new();

    public Task InitializeAsync() => _platform.UpAsync();

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    [Fact]
    public async Task is_the_one_that_clients_are_made_from()
    {
        using var client = new HttpClient();
        var text = await client.GetStringAsync(new Uri($"http://127.0.0.1:{_platform.Port}/openapi/v1.json"));
        var document = JsonNode.Parse(text)!.AsObject();
        // Where it is served and by which version is not part of it.
        document.Remove("servers");
        document["info"]!.AsObject().Remove("version");

        LockedContract.Check("openapi", document);
    }

    /// <summary>With the names of its description, which were written otherwise, and its fields alone.</summary>
    [Fact]
    public async Task can_be_that_of_release_0_1_0()
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_platform.Port}") };
        var then = JsonNode.Parse(await File.ReadAllTextAsync(Repository.PathOf("docs/contracts/openapi-0.1.0.json")))!;
        foreach (var (path, sort) in new[] { ("jobs", "-submittedAt"), ("runs", "createdAt"), ("artifacts", "name") })
        {
            var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                ["status"] = "running",
                ["project"] = "team/vision",
                ["search"] = "digits",
                ["type"] = "model",
                ["tag"] = "owner:anna",
                ["jobId"] = "0196f3a1-7c1e-7b60-8a36-2f0d5e4c9b11",
                ["sort"] = sort,
                ["limit"] = "5",
                ["offset"] = "0",
            };
            var names = then["paths"]![$"/api/{path}"]!["get"]!["parameters"]!
                .AsArray()
                .Select(one => (string)one!["name"]!);
            foreach (var name in names.Where(values.ContainsKey))
            {
                using var listed = await client.GetAsync(
                    new Uri($"/api/{path}?{name}={values[name]}", UriKind.Relative)
                );
                Assert.True(listed.IsSuccessStatusCode, $"{path}?{name}: {await listed.Content.ReadAsStringAsync()}");
            }
        }

        using var submitted = await client.PostAsJsonAsync(
            "/api/jobs",
            new
            {
                name = "older",
                project = "team/vision",
                command = new[] { "true" },
                files = new Dictionary<string, string>(StringComparer.Ordinal) { ["a.txt"] = "a" },
                resources = new
                {
                    gpus = 0,
                    cpus = 0.1,
                    memoryMiB = 64,
                },
                labels = new Dictionary<string, string>(StringComparer.Ordinal),
                priority = 10,
                retry = new { maxAttempts = 2, backoffSeconds = 1 },
                timeoutSeconds = 60,
                env = new Dictionary<string, string>(StringComparer.Ordinal) { ["A"] = "b" },
            }
        );
        Assert.Equal(HttpStatusCode.Created, submitted.StatusCode);
        Assert.StartsWith("/api/jobs/", submitted.Headers.Location!.OriginalString, StringComparison.Ordinal);
        var job = await submitted.Content.ReadFromJsonAsync<JsonNode>();
        var fields = then["components"]!["schemas"]!["JobDetail"]!["required"]!.AsArray().Select(one => (string)one!);
        Assert.All(fields, field => Assert.NotNull(job![field]));

        // What no release knows is refused by name, not overlooked.
        using var unknown = await client.GetAsync(new Uri("/api/jobs?owner=anna", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        var problem = await unknown.Content.ReadFromJsonAsync<JsonNode>();
        Assert.Equal("/problems/validation", (string?)problem!["type"]);
        Assert.NotNull(problem["errors"]!["owner"]);
    }
}
