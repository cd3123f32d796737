using System.Net;
using System.Net.Http.Json;

namespace Platform.Gateway.Tests.Proxy;

/// <summary>What tells people and services that a proxy shows the platform at a path of a host.</summary>
[Trait("suite", "integration")]
public sealed class Below_a_path : IAsyncLifetime
{
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync("--Gateway:PathBase=/ml/tools/");

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Theory]
    [InlineData("/ml/tools/api/jobs/1")]
    [InlineData("/api/jobs/1")]
    public async Task a_service_hears_of_it_from_the_gateway_alone(string path)
    {
        using var answer = await _gateway.SendAsync(
            HttpMethod.Get,
            path,
            await _gateway.TokenAsync("anna", "administrator"),
            ("X-Forwarded-Prefix", "//evil.example")
        );
        var seen = (await answer.Content.ReadFromJsonAsync<Seen>())!;

        Assert.Equal(("/api/jobs/1", "/ml/tools"), (seen.Path, seen.Prefix));
    }

    [Fact]
    public async Task what_is_made_and_refused_is_named_below_it()
    {
        using var made = await _gateway.Client.PostAsJsonAsync("/ml/tools/api/projects", new { path = "team" });
        Assert.Equal("/ml/tools/api/projects/team", made.Headers.Location?.OriginalString);

        using var refused = await _gateway.SendAsync(HttpMethod.Get, "/ml/tools/api/projects/none");
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        var type = (string?)(await refused.JsonAsync())["type"];
        Assert.Equal("/ml/tools/problems/project.not-found", type);
        using var explained = await _gateway.SendAsync(HttpMethod.Get, type!);
        Assert.Equal(HttpStatusCode.OK, explained.StatusCode);
    }

    [Theory]
    [InlineData("/ML/tools/api/projects")]
    [InlineData("/ml/toolsapi/projects")]
    [InlineData("/ml/api/projects")]
    [InlineData("/ml/tools/ml/tools/api/projects")]
    public async Task another_path_is_not_it(string path)
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, path);
        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.NotFound });
        Assert.NotEqual("application/json", answer.Content.Headers.ContentType?.MediaType);
    }
}
