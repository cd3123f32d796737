using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Gateway.Tests.Tokens;

[Trait("suite", "integration")]
public sealed class Making_tokens : IAsyncLifetime
{
    private TestGateway _gateway = null!;
    private string _root = null!;
    private string _anna = null!;

    public async Task InitializeAsync()
    {
        _gateway = await TestGateway.StartAloneAsync(_ => { }, "--Gateway:RequireTokens=always");
        _root = await _gateway.TokenAsync("root", "administrator");
        await _gateway.AddUserAsync(_root, "anna", "editor");
        _anna = (string)(await _gateway.MakeTokenAsync(_root, new { user = "anna" }))["token"]!;
    }

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task is_for_oneself_what_is_said_to_be_for_nobody_else()
    {
        var token = await _gateway.MakeTokenAsync(_anna, new { });
        Assert.Equal(
            ("anna", "anna", "editor"),
            ((string?)token["user"], (string?)token["name"], (string?)token["role"])
        );
        var laptop = await _gateway.MakeTokenAsync(
            _anna,
            new
            {
                user = "me",
                name = "laptop",
                role = "viewer",
            }
        );
        Assert.Equal(
            ("anna", "laptop", "viewer"),
            ((string?)laptop["user"], (string?)laptop["name"], (string?)laptop["role"])
        );
        Assert.Equal("anna viewer", await _gateway.WhoIsAsync((string)laptop["token"]!));
    }

    [Theory]
    [InlineData("root", null, null)]
    [InlineData("nobody", null, null)]
    [InlineData(null, "root", "read")]
    public async Task for_others_is_administrators_work(string? user, string? name, string? scope)
    {
        using var answer = await SendAsync(
            _anna,
            new
            {
                user,
                name,
                scope,
            }
        );
        await answer.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "gateway.not-allowed");
    }

    [Fact]
    public async Task gives_no_higher_role_than_the_makers()
    {
        using var higher = await SendAsync(_anna, new { role = "administrator" });
        await higher.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "gateway.not-allowed");
        var viewing = (string)(await _gateway.MakeTokenAsync(_anna, new { role = "viewer" }))["token"]!;
        using var back = await SendAsync(viewing, new { role = "editor" });
        await back.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "gateway.not-allowed");
        Assert.Equal("viewer", (string?)(await _gateway.MakeTokenAsync(viewing, new { }))["role"]);
    }

    [Fact]
    public async Task gives_no_higher_role_than_the_users()
    {
        using var answer = await SendAsync(_root, new { user = "anna", role = "administrator" });
        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "validation");
        Assert.NotNull(problem["errors"]!["role"]);
    }

    [Fact]
    public async Task as_release_0_1_0_did_adds_the_user()
    {
        var made = await _gateway.MakeTokenAsync(_root, new { name = "prometheus", scope = "read" });
        Assert.Equal(
            ("prometheus", "read", "viewer"),
            ((string?)made["name"], (string?)made["scope"], (string?)made["role"])
        );
        Assert.Equal("prometheus viewer", await _gateway.WhoIsAsync((string)made["token"]!));
        using var user = await _gateway.SendAsync(HttpMethod.Get, "/api/users/prometheus", _root);
        Assert.Equal("viewer", (string?)(await user.JsonAsync())["role"]);
        await _gateway.MakeTokenAsync(_root, new { name = "prometheus", scope = "read" });
    }

    [Fact]
    public async Task can_be_limited_in_time()
    {
        var made = await _gateway.MakeTokenAsync(_root, new { user = "anna", expires = "12h" });
        var lifetime = (DateTimeOffset)made["expiresAt"]! - (DateTimeOffset)made["createdAt"]!;
        Assert.InRange(lifetime, TimeSpan.FromHours(12) - TimeSpan.FromMinutes(1), TimeSpan.FromHours(12));
        Assert.Equal("anna editor", await _gateway.WhoIsAsync((string)made["token"]!));
        var listed = (await ListAsync(_root)).Single(token => (string?)token["id"] == (string?)made["id"]);
        Assert.Equal((DateTimeOffset)made["expiresAt"]!, (DateTimeOffset)listed["expiresAt"]!);
    }

    [Fact]
    public async Task lists_to_users_their_own()
    {
        Assert.Equal(["anna"], (await ListAsync(_anna)).Select(token => (string?)token["user"]));
        Assert.Equal(["anna", "root"], (await ListAsync(_root)).Select(token => (string?)token["user"]).Order());
    }

    [Fact]
    public async Task lets_users_revoke_their_own()
    {
        var own = await _gateway.MakeTokenAsync(_anna, new { });
        using var revoked = await _gateway.SendAsync(HttpMethod.Delete, $"/api/tokens/{own["id"]}", _anna);
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        Assert.Equal("401", await _gateway.WhoIsAsync((string)own["token"]!));

        var roots = (await ListAsync(_root)).Single(token => (string?)token["user"] is "root");
        using var denied = await _gateway.SendAsync(HttpMethod.Delete, $"/api/tokens/{roots["id"]}", _anna);
        await denied.ShouldBeProblemAsync(HttpStatusCode.NotFound, "token.not-found");
        Assert.Equal("root administrator", await _gateway.WhoIsAsync(_root));
    }

    [Fact]
    public async Task of_a_user_who_is_added_later_is_limited_to_that_users_role()
    {
        Assert.Equal("root administrator", await _gateway.WhoIsAsync(_root));
        var old = await _gateway.TokenAsync("Bob", "administrator");
        Assert.Equal("Bob administrator", await _gateway.WhoIsAsync(old));
        await _gateway.AddUserAsync(_root, "bob", "viewer");
        Assert.Equal("bob viewer", await _gateway.WhoIsAsync(old));
    }

    private async Task<List<JsonNode>> ListAsync(string token)
    {
        using var listed = await _gateway.SendAsync(HttpMethod.Get, "/api/tokens", token);
        return [.. (await listed.JsonAsync())["items"]!.AsArray().Select(item => item!)];
    }

    private Task<HttpResponseMessage> SendAsync(string token, object body) =>
        _gateway.SendAsync(HttpMethod.Post, "/api/tokens", token, body);
}
