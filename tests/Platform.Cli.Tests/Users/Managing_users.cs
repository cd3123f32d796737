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
        Assert.Matches(@"Anna M\s+editor\s+disabled\s+2026-01-02T03:04:05Z", result.Output);
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
        Assert.Contains("of anna (viewer, until 2031-01-02T03:04:05Z)", result.Error, StringComparison.Ordinal);
        Assert.Equal(body.ToLowerInvariant(), platform.Requests[^1].Body.ToLowerInvariant());
    }

    [Fact]
    public async Task adds_nobody_for_a_mistyped_name()
    {
        await using var platform = await FakePlatform.AnsweringAsync($$"""{"items":[{{Anna}}]}""");

        var result = await platform.RunAsync("tokens", "create", "ann2");

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith(
            "platform: There is no user 'ann2'; there is Anna M. With --role the user is added.\n",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.Equal(["GET /api/users"], platform.Requests.Select(request => request.Line));
    }

    [Fact]
    public async Task says_whom_a_token_with_a_role_added()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            $$"""{"items":[{{Anna}}],"id":"1","user":"ann2","role":"viewer","token":"pt_new"}"""
        );

        var result = await platform.RunAsync("tokens", "create", "ann2", "--role", "viewer");
        var known = await platform.RunAsync("tokens", "create", "anna m", "--role", "viewer");

        Assert.Contains("User 'ann2' is added, with the role viewer.\n", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("is added", known.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("users disable")]
    [InlineData("tokens revoke")]
    public async Task says_how_long_a_refused_token_may_still_work(string command)
    {
        var help = await CommandResult.OfAsync([.. command.Split(' '), "--help"]);

        Assert.Contains("within 5 seconds", help.Output, StringComparison.Ordinal);
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

        Assert.Matches(@"anna\s+laptop\s+viewer\s.*2020-01-02T03:04:05Z \(has ended\)", result.Output);
        Assert.Matches(@"anna\s+desk\s+editor\s+–\s+–\s+–", result.Output);
    }
}
