namespace Platform.Cli.Tests.Users;

public sealed class Managing_users
{
    private const string Anna =
        """{"name":"Anna M","role":"editor","enabled":false,"addedAt":"2026-01-02T03:04:05Z","version":2}""";

    [Theory]
    [InlineData("add|Anna M|--role|editor", "POST /api/users", """{"name":"Anna M","role":"editor"}""")]
    [InlineData("role|Anna M|editor", "PATCH /api/users/Anna%20M", """{"role":"editor"}""")]
    [InlineData("disable|Anna M", "POST /api/users/Anna%20M/disable", "")]
    [InlineData("enable|a/b", "POST /api/users/a%2Fb/enable", "")]
    public async Task sends_each_change(string command, string line, string body)
    {
        await using var platform = await FakePlatform.AnsweringAsync(Anna);

        var result = await platform.RunAsync(["users", .. command.Split('|')]);

        Assert.True(result.ExitCode == 0, result.Error);
        var request = Assert.Single(platform.Requests);
        Assert.Equal(Uri.UnescapeDataString(line), Uri.UnescapeDataString(request.Line));
        Assert.Equal(body, request.Body);
        Assert.Matches(@"Anna M\s+editor\s+disabled\s+2026-01-02 03:04:05", result.Output);
    }

    [Fact]
    public async Task lists_them()
    {
        await using var platform = await FakePlatform.AnsweringAsync($$"""{"items":[{{Anna}}]}""");

        var result = await platform.RunAsync("users", "list");

        Assert.Matches(@"Anna M\s+editor\s+disabled", result.Output);
        Assert.Equal("GET /api/users", Assert.Single(platform.Requests).Line);
    }

    [Theory]
    [InlineData("", """{"Name":null,"User":null,"Role":null,"Scope":null,"Expires":null}""")]
    [InlineData(
        "--user anna --role viewer --expires 30d laptop",
        """{"Name":"laptop","User":"anna","Role":"viewer","Scope":null,"Expires":"30d"}"""
    )]
    [InlineData(
        "prometheus --scope read",
        """{"Name":"prometheus","User":null,"Role":null,"Scope":"read","Expires":null}"""
    )]
    public async Task makes_tokens_for_them(string options, string body)
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            """{"id":"1","user":"anna","name":"laptop","role":"viewer","token":"pt_new","expiresAt":"2031-01-02T03:04:05Z"}"""
        );

        var result = await platform.RunAsync([
            "tokens",
            "create",
            .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ]);

        Assert.Equal("pt_new\n", result.Output);
        Assert.Contains("of anna (viewer, until 2031-01-02 03:04:05 UTC)", result.Error, StringComparison.Ordinal);
        Assert.Equal(body.ToLowerInvariant(), Assert.Single(platform.Requests).Body.ToLowerInvariant());
    }

    [Fact]
    public async Task says_which_tokens_have_ended()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            """
            {"items":[
              {"id":"1","user":"anna","name":"laptop","role":"viewer","expiresAt":"2020-01-02T03:04:05Z"},
              {"id":"2","user":"anna","name":"desk","role":"editor","expiresAt":null}]}
            """
        );

        var result = await platform.RunAsync("tokens", "list");

        Assert.Matches(@"anna\s+laptop\s+viewer\s.*2020-01-02 03:04:05 \(has ended\)", result.Output);
        Assert.Matches(@"anna\s+desk\s+editor\s+–\s+–\s+–", result.Output);
    }
}
