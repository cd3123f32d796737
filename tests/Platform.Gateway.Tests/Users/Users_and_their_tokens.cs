using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Gateway.Tests.Users;

[Trait("suite", "integration")]
public sealed class Users_and_their_tokens : IAsyncLifetime
{
    private TestGateway _gateway = null!;
    private string _root = null!;

    public async Task InitializeAsync()
    {
        _gateway = await TestGateway.StartAloneAsync(_ => { }, "--Gateway:RequireTokens=always");
        var (code, output) = await _gateway.RunCommandAsync("users", "add", "root", "--role", "administrator");
        Assert.True(code == 0, output);
        (_, output) = await _gateway.RunCommandAsync("tokens", "create", "--user", "root");
        _root = (string)JsonNode.Parse(output)!["token"]!;
    }

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task begin_on_the_machine_itself() =>
        Assert.Equal("root administrator", await _gateway.WhoIsAsync(_root));

    [Fact]
    public async Task are_not_made_for_a_mistyped_name()
    {
        var (code, _) = await _gateway.RunCommandAsync("tokens", "create", "--name", "rooot");
        Assert.NotEqual(0, code);
        var (given, output) = await _gateway.RunCommandAsync("tokens", "create", "--name", "ROOT");
        Assert.True(given == 0, output);

        using var listed = await SendAsync(HttpMethod.Get, "/api/users");
        Assert.Single((await listed.JsonAsync())["items"]!.AsArray());
        Assert.Equal("root", (string?)JsonNode.Parse(output)!["user"]);
    }

    [Fact]
    public async Task are_added_listed_and_read()
    {
        using var added = await SendAsync(HttpMethod.Post, "/api/users", new { name = "Anna M", role = "editor" });
        Assert.Equal("/api/users/Anna%20M", added.Headers.Location?.OriginalString);
        Assert.Equal("\"1\"", added.Headers.ETag?.Tag);

        using var read = await SendAsync(HttpMethod.Get, "/api/users/anna%20m");
        var user = await read.JsonAsync();
        Assert.Equal(
            ("Anna M", "editor", true),
            ((string?)user["name"], (string?)user["role"], (bool?)user["enabled"])
        );
        using var listed = await SendAsync(HttpMethod.Get, "/api/users");
        var names = (await listed.JsonAsync())["items"]!.AsArray().Select(item => (string?)item!["name"]);
        Assert.Equal(["Anna M", "root"], names);
    }

    [Fact]
    public async Task have_names_that_differ_by_more_than_case()
    {
        await _gateway.AddUserAsync(_root, "anna", "viewer");
        using var again = await SendAsync(HttpMethod.Post, "/api/users", new { name = "ANNA", role = "editor" });
        await again.ShouldBeProblemAsync(HttpStatusCode.Conflict, "user.exists");
    }

    [Fact]
    public async Task are_changed_by_those_who_know_the_present_state()
    {
        await _gateway.AddUserAsync(_root, "anna", "viewer");
        using var stale = await SendAsync(HttpMethod.Patch, "/api/users/anna", new { role = "editor" }, "\"7\"");
        await stale.ShouldBeProblemAsync(HttpStatusCode.PreconditionFailed, "version-conflict");
        using var changed = await SendAsync(HttpMethod.Patch, "/api/users/anna", new { role = "editor" }, "\"1\"");
        Assert.Equal("editor", (string?)(await changed.JsonAsync())["role"]);
        Assert.Equal("\"2\"", changed.Headers.ETag?.Tag);
        using var wrong = await SendAsync(HttpMethod.Patch, "/api/users/anna", new { role = "owner" });
        await wrong.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "validation");
    }

    [Fact]
    public async Task lend_their_role_to_their_tokens()
    {
        await _gateway.AddUserAsync(_root, "Anna", "editor");
        var token = (string)(await _gateway.MakeTokenAsync(_root, new { user = "anna" }))["token"]!;
        var viewing = (string)(await _gateway.MakeTokenAsync(_root, new { user = "anna", role = "viewer" }))["token"]!;
        Assert.Equal("Anna editor", await _gateway.WhoIsAsync(token));
        Assert.Equal("Anna viewer", await _gateway.WhoIsAsync(viewing));

        (await SendAsync(HttpMethod.Patch, "/api/users/anna", new { role = "viewer" })).Dispose();
        Assert.Equal("Anna viewer", await _gateway.WhoIsAsync(token));
        (await SendAsync(HttpMethod.Patch, "/api/users/anna", new { role = "administrator" })).Dispose();
        Assert.Equal("Anna editor", await _gateway.WhoIsAsync(token));
        Assert.Equal("Anna viewer", await _gateway.WhoIsAsync(viewing));
    }

    [Fact]
    public async Task are_out_at_once_when_they_are_disabled()
    {
        await _gateway.AddUserAsync(_root, "anna", "editor");
        var token = (string)(await _gateway.MakeTokenAsync(_root, new { user = "anna" }))["token"]!;
        Assert.Equal("anna editor", await _gateway.WhoIsAsync(token));

        using var disabled = await SendAsync(HttpMethod.Post, "/api/users/anna/disable");
        Assert.False((bool)(await disabled.JsonAsync())["enabled"]!);
        Assert.Equal("401", await _gateway.WhoIsAsync(token));
        using var refused = await SendAsync(HttpMethod.Post, "/api/tokens", new { user = "anna" });
        await refused.ShouldBeProblemAsync(HttpStatusCode.Conflict, "user.disabled");

        (await SendAsync(HttpMethod.Post, "/api/users/anna/enable")).Dispose();
        Assert.Equal("anna editor", await _gateway.WhoIsAsync(token));
    }

    [Fact]
    public async Task are_out_soon_when_they_are_disabled_elsewhere()
    {
        await _gateway.AddUserAsync(_root, "anna", "editor");
        var token = (string)(await _gateway.MakeTokenAsync(_root, new { user = "anna" }))["token"]!;
        Assert.Equal("anna editor", await _gateway.WhoIsAsync(token));
        await _gateway.RunCommandAsync("users", "disable", "anna");
        await WaitFor.ConditionAsync(
            "the running gateway to refuse the user's token",
            async () => await _gateway.WhoIsAsync(token) is "401"
        );
    }

    [Theory]
    [InlineData("PATCH", "/api/users/root")]
    [InlineData("POST", "/api/users/root/disable")]
    public async Task keep_an_administrator(string method, string path)
    {
        var body = method is "PATCH" ? new { role = "editor" } : null;
        using var last = await SendAsync(new HttpMethod(method), path, body);
        await last.ShouldBeProblemAsync(HttpStatusCode.Conflict, "user.last-administrator");

        await _gateway.AddUserAsync(_root, "other", "administrator");
        (await SendAsync(HttpMethod.Post, "/api/users/other/disable")).Dispose();
        using var still = await SendAsync(new HttpMethod(method), path, body);
        await still.ShouldBeProblemAsync(HttpStatusCode.Conflict, "user.last-administrator");

        (await SendAsync(HttpMethod.Post, "/api/users/other/enable")).Dispose();
        using var done = await SendAsync(new HttpMethod(method), path, body);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
    }

    [Fact]
    public async Task keep_an_administrator_when_all_are_disabled_together()
    {
        string[] names = ["root", "a", "b", "c", "d", "e"];
        foreach (var name in names.Skip(1))
        {
            await _gateway.AddUserAsync(_root, name, "administrator");
        }

        // Not one of them: its token is good to the end.
        var other = await _gateway.TokenAsync("other", "administrator");
        var answers = await Task.WhenAll(
            names.Select(name => _gateway.SendAsync(HttpMethod.Post, $"/api/users/{name}/disable", other))
        );
        var (_, list) = await _gateway.RunCommandAsync("users", "list");
        Assert.Equal(1, JsonNode.Parse(list)!["items"]!.AsArray().Count(user => (bool)user!["enabled"]!));
        foreach (var answer in answers)
        {
            answer.Dispose();
        }
    }

    [Fact]
    public async Task may_lose_the_last_administrator_on_the_machine_itself()
    {
        var (code, _) = await _gateway.RunCommandAsync("users", "role", "root", "viewer");
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task say_in_their_events_who_caused_them()
    {
        await _gateway.AddUserAsync(_root, "anna", "viewer");
        (await SendAsync(HttpMethod.Post, "/api/users/anna/disable")).Dispose();
        Assert.Equal(["user_added user:root", "user_disabled user:root"], await _gateway.EventsAsync("user:anna"));
        Assert.Equal(["user_added local"], await _gateway.EventsAsync("user:root"));
    }

    [Theory]
    [InlineData("node")]
    [InlineData("job")]
    public async Task are_not_the_only_ones_who_can_ask_who_they_are(string kind)
    {
        var id = Guid.CreateVersion7();
        var minute = TimeSpan.FromMinutes(1);
        var token = kind is "node"
            ? _gateway.ScopedTokens.ForNode(id, minute)
            : _gateway.ScopedTokens.ForJob(id, 1, 0, minute);
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/api/users/me", token);
        var me = await answer.JsonAsync();
        Assert.Equal((kind, $"{id}", null), ((string?)me["kind"], (string?)me["name"], (string?)me["role"]));
    }

    private Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        object? body = null,
        string? ifMatch = null
    ) => _gateway.SendAsync(method, path, _root, body, ifMatch);
}
