using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Gateway.Tests;

/// <summary>Nothing here changes anything, so that all share one gateway.</summary>
[Trait("suite", "integration")]
public sealed class Bad_requests(Bad_requests.Platform platform) : IClassFixture<Bad_requests.Platform>
{
    [Theory]
    [InlineData(null, "viewer", "name")]
    [InlineData("", "viewer", "name")]
    [InlineData("a/b", "viewer", "name")]
    [InlineData("a\0b", "viewer", "name")]
    [InlineData("me", "viewer", "name")]
    [InlineData("anna", null, "role")]
    [InlineData("anna", "admin", "role")]
    [InlineData("anna", "Viewer", "role")]
    [InlineData("anna", "none", "role")]
    public async Task about_a_user(string? name, string? role, string field)
    {
        using var answer = await SendAsync(HttpMethod.Post, "/api/users", new { name, role });
        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "validation");
        Assert.NotNull(problem["errors"]![field]);
    }

    [Theory]
    [InlineData("GET", "/api/nope", HttpStatusCode.NotFound, "address.not-found")]
    [InlineData("PATCH", "/api/projects", HttpStatusCode.MethodNotAllowed, "address.method-not-allowed")]
    [InlineData("POST", "/api/projects", HttpStatusCode.UnsupportedMediaType, "address.unsupported-media-type")]
    public async Task that_no_address_answers(string method, string path, HttpStatusCode status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent("a") };
        request.Headers.Authorization = new("Bearer", platform.Root);
        using var answer = await platform.Gateway.Client.SendAsync(request);
        var problem = await answer.ShouldBeProblemAsync(status, code);
        Assert.Contains(path, problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task in_an_encoding_that_there_is_not()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/projects")
        {
            Content = new ByteArrayContent("{}"u8.ToArray()),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=klingon");
        request.Headers.Authorization = new("Bearer", platform.Root);
        using var answer = await platform.Gateway.Client.SendAsync(request);
        await answer.ShouldBeProblemAsync(HttpStatusCode.UnsupportedMediaType, "address.unsupported-media-type");
    }

    [Theory]
    [InlineData("xn--")]
    [InlineData("a.xn--")]
    public async Task to_a_host_whose_name_cannot_be_decoded(string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/health");
        request.Headers.TryAddWithoutValidation("Host", host);
        using var answer = await platform.Gateway.Client.SendAsync(request);
        await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "bad-request");
    }

    [Fact]
    public async Task with_a_body_that_is_too_large()
    {
        using var answer = await SendAsync(
            HttpMethod.Post,
            "/api/projects",
            new { path = new string('a', 31_000_000) }
        );
        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge, "bad-request");
        Assert.Equal("bad-request.body-too-large", (string?)problem["code"]);
    }

    [Theory]
    [InlineData("GET", "/openapi/v2.json", "/openapi/v2.json")]
    [InlineData("GET", "/api/projects/a%2Fnone", "a/none")]
    public async Task that_name_what_was_not_found(string method, string path, string name)
    {
        using var answer = await SendAsync(new HttpMethod(method), path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains(name, (string?)(await answer.JsonAsync())["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/api/users/nobody")]
    [InlineData("GET", "/api/users/a%0Ab")]
    [InlineData("POST", "/api/users/nobody/disable")]
    [InlineData("POST", "/api/users/a%0Ab/enable")]
    [InlineData("POST", "/api/users/me/disable")]
    public async Task for_a_user_who_is_not_there(string method, string path)
    {
        using var answer = await SendAsync(new HttpMethod(method), path);
        await answer.ShouldBeProblemAsync(HttpStatusCode.NotFound, "user.not-found");
    }

    [Theory]
    [InlineData("""{"user":"nobody"}""", "user")]
    [InlineData("""{"user":"a\u0000b"}""", "user")]
    [InlineData("""{"user":"root","role":"owner"}""", "role")]
    [InlineData("""{"user":"root","scope":"owner"}""", "scope")]
    [InlineData("""{"user":"root","role":"viewer","scope":"read"}""", "scope")]
    [InlineData("""{"user":"root","name":"a\nb"}""", "name")]
    [InlineData("""{"user":"root","expires":"soon"}""", "expires")]
    [InlineData("""{"user":"root","expires":"2020-01-01"}""", "expires")]
    [InlineData("""{"user":"root","expires":""}""", "expires")]
    [InlineData("""{"name":"somebody"}""", "role")]
    [InlineData("""{"name":"x.","scope":"read"}""", "name")]
    public async Task about_a_token(string body, string field)
    {
        using var answer = await SendAsync(HttpMethod.Post, "/api/tokens", JsonNode.Parse(body)!);
        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "validation");
        Assert.NotNull(problem["errors"]![field]);
    }

    [Theory]
    [InlineData("""{}""", "path")]
    [InlineData("""{"path":""}""", "path")]
    [InlineData("""{"path":"a b"}""", "path")]
    [InlineData("""{"path":"../a"}""", "path")]
    [InlineData("""{"path":"a//b"}""", "path")]
    [InlineData("""{"path":"/a"}""", "path")]
    [InlineData("""{"path":"a","description":"a\u0000b"}""", "description")]
    [InlineData("""{"path":"a","retentionDays":0}""", "retentionDays")]
    [InlineData("""{"path":"a","retentionDays":-1}""", "retentionDays")]
    [InlineData("""{"path":"a","retentionDays":36501}""", "retentionDays")]
    public async Task about_a_project(string body, string field)
    {
        using var answer = await SendAsync(HttpMethod.Post, "/api/projects", JsonNode.Parse(body)!);
        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "validation");
        Assert.NotNull(problem["errors"]![field]);
    }

    [Theory]
    [InlineData("""{"path":"a","retentionDays":1.5}""", "invalid-json")]
    [InlineData("""{"path":"a","retentionDays":"1"}""", "invalid-json")]
    [InlineData("""{"path":"a","retentionDays":99999999999}""", "invalid-json")]
    [InlineData("""{"path":"a","owner":"anna"}""", "invalid-json")]
    [InlineData("""["a"]""", "invalid-json")]
    public async Task with_another_body(string body, string code)
    {
        using var answer = await SendAsync(HttpMethod.Post, "/api/projects", JsonNode.Parse(body)!);
        await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, code);
    }

    [Theory]
    [InlineData("GET", "/api/projects/none")]
    [InlineData("GET", "/api/projects/a%0Ab")]
    [InlineData("GET", "/api/projects/a//b")]
    [InlineData("PUT", "/api/projects/none")]
    [InlineData("PUT", "/api/projects/a%0Ab")]
    public async Task for_a_project_that_is_not_there(string method, string path)
    {
        using var answer = await SendAsync(
            new HttpMethod(method),
            path,
            method is "PUT" ? new { retentionDays = 1 } : null
        );
        await answer.ShouldBeProblemAsync(HttpStatusCode.NotFound, "project.not-found");
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=2001", "limit")]
    [InlineData("limit=x", "limit")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("cursor=WyJhXHUwMDAwIl0", "cursor")]
    [InlineData("search=%00", "search")]
    public async Task for_a_list_of_projects(string query, string field)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"/api/projects?{query}");
        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "validation");
        Assert.NotNull(problem["errors"]![field]);
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null) =>
        platform.Gateway.SendAsync(method, path, platform.Root, body);

    /// <summary>A gateway with one user.</summary>
    public sealed class Platform : IAsyncLifetime
    {
        internal TestGateway Gateway { get; private set; } = null!;

        internal string Root { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Gateway = await TestGateway.StartAloneAsync(_ => { }, "--Gateway:RequireTokens=always");
            Root = await Gateway.TokenAsync("operator", "administrator");
            await Gateway.AddUserAsync(Root, "root", "administrator");
        }

        public async Task DisposeAsync() => await Gateway.DisposeAsync();
    }
}
