using System.Net;

namespace Platform.Gateway.Tests.Projects;

[Trait("suite", "integration")]
public sealed class Registering_projects : IAsyncLifetime
{
    private TestGateway _gateway = null!;
    private string _root = null!;

    public async Task InitializeAsync()
    {
        _gateway = await TestGateway.StartAloneAsync(_ => { }, "--Gateway:RequireTokens=always");
        _root = await _gateway.TokenAsync("root", "administrator");
    }

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task stores_their_settings()
    {
        using var created = await SendAsync(
            HttpMethod.Post,
            "/api/projects",
            new
            {
                path = "team/vision",
                description = "Cameras ✓\nand more",
                retentionDays = 30,
            }
        );
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("/api/projects/team/vision", created.Headers.Location?.OriginalString);
        Assert.Equal("\"1\"", created.Headers.ETag?.Tag);

        using var read = await SendAsync(HttpMethod.Get, "/api/projects/team/vision");
        var project = await read.JsonAsync();
        Assert.Equal(
            ("team/vision", "Cameras ✓\nand more", 30),
            ((string?)project["path"], (string?)project["description"], (int?)project["retentionDays"])
        );
        using var again = await SendAsync(HttpMethod.Post, "/api/projects", new { path = "team/vision" });
        await again.ShouldBeProblemAsync(HttpStatusCode.Conflict, "project.exists");
        Assert.Equal(["project_created user:root"], await _gateway.EventsAsync("project:team/vision"));
    }

    [Fact]
    public async Task replaces_settings_for_those_who_know_the_present_ones()
    {
        await CreateAsync("vision");
        using var stale = await SendAsync(HttpMethod.Put, "/api/projects/vision", new { retentionDays = 1 }, "\"9\"");
        await stale.ShouldBeProblemAsync(HttpStatusCode.PreconditionFailed, "version-conflict");
        using var foreign = await SendAsync(HttpMethod.Put, "/api/projects/vision", new { retentionDays = 1 }, "\"x\"");
        await foreign.ShouldBeProblemAsync(HttpStatusCode.PreconditionFailed, "version-conflict");
        using var changed = await SendAsync(HttpMethod.Put, "/api/projects/vision", new { retentionDays = 1 }, "\"1\"");
        Assert.Equal("\"2\"", changed.Headers.ETag?.Tag);
        var project = await changed.JsonAsync();
        Assert.Equal((null, 1), ((string?)project["description"], (int?)project["retentionDays"]));
        using var same = await SendAsync(HttpMethod.Put, "/api/projects/vision", new { retentionDays = 1 });
        Assert.Equal("\"2\"", same.Headers.ETag?.Tag);
    }

    [Fact]
    public async Task lists_them_by_path_a_page_at_a_time()
    {
        string[] paths = ["Vision", "a", "a/b", "a_b", "zeta"];
        foreach (var path in paths.Reverse())
        {
            await CreateAsync(path);
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var next = cursor is null ? "" : $"&cursor={cursor}";
            using var answer = await SendAsync(HttpMethod.Get, $"/api/projects?limit=2{next}");
            var page = await answer.JsonAsync();
            Assert.Equal(5, (int)page["total"]!);
            seen.AddRange(page["items"]!.AsArray().Select(item => (string)item!["path"]!));
            cursor = (string?)page["nextCursor"];
        } while (cursor is not null);

        Assert.Equal(paths, seen);
        using var found = await SendAsync(HttpMethod.Get, "/api/projects?search=A_");
        Assert.Equal("a_b", (string?)Assert.Single((await found.JsonAsync())["items"]!.AsArray())!["path"]);
    }

    [Theory]
    [InlineData("\u001b[2J")]
    [InlineData("\r")]
    [InlineData("\u0007")]
    [InlineData("\u0085")]
    [InlineData("\u202e")]
    [InlineData("\u2066")]
    public async Task takes_no_control_characters_in_a_description_but_line_breaks_and_tabs(string character)
    {
        await CreateAsync("vision");
        var description = $"Cameras {character} and more";
        using var created = await SendAsync(HttpMethod.Post, "/api/projects", new { path = "other", description });
        await created.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "validation");
        using var changed = await SendAsync(HttpMethod.Put, "/api/projects/vision", new { description });
        await changed.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "validation");

        var allowed = new { description = "Cameras\n\tand \U0001F469\u200D\U0001F52C" };
        using var kept = await SendAsync(HttpMethod.Put, "/api/projects/vision", allowed);
        Assert.Equal(allowed.description, (string?)(await kept.JsonAsync())["description"]);
    }

    private async Task CreateAsync(string path)
    {
        using var created = await SendAsync(HttpMethod.Post, "/api/projects", new { path, description = "x" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    private Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        object? body = null,
        string? ifMatch = null
    ) => _gateway.SendAsync(method, path, _root, body, ifMatch);
}
