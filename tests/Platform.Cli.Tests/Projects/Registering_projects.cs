namespace Platform.Cli.Tests.Projects;

public sealed class Registering_projects
{
    private const string Vision =
        """{"path":"team/vision","description":"Cameras\nand more","retentionDays":30,"version":3,"createdAt":"2026-01-02T03:04:05Z"}""";

    [Fact]
    public async Task sends_the_settings_and_says_what_they_do()
    {
        await using var platform = await FakePlatform.AnsweringAsync(Vision, status: 201);

        var result = await platform.RunAsync("projects", "create", "team/vision", "--retention-days", "30");

        Assert.True(result.ExitCode == 0, result.Error);
        var request = Assert.Single(platform.Requests);
        Assert.Equal("POST /api/projects", request.Line);
        Assert.Equal("""{"path":"team/vision","description":null,"retentionDays":30}""", request.Body);
        Assert.Contains("30 days", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task lists_one_a_line()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            $$"""{"items":[{{Vision}}],"nextCursor":"abc","total":7}"""
        );

        var result = await platform.RunAsync("projects", "list", "--search", "a b", "--limit", "1");

        Assert.Matches(@"team/vision\s+30 days\s.*Cameras and more", result.Output);
        Assert.Equal("7 in all\nmore with --cursor abc\n", result.Error);
        Assert.Equal("GET /api/projects?search=a%20b&limit=1", Assert.Single(platform.Requests).Line);
    }

    [Fact]
    public async Task shows_one()
    {
        await using var platform = await FakePlatform.AnsweringAsync(Vision);
        await platform.RunAsync("projects", "show", "team/vision");
        Assert.Equal("GET /api/projects/team/vision", Assert.Single(platform.Requests).Line);
    }

    [Theory]
    [InlineData(new[] { "--retention-days", "7" }, "\"Cameras\\nand more\"", "7")]
    [InlineData(new[] { "--no-retention" }, "\"Cameras\\nand more\"", "null")]
    [InlineData(new[] { "--description", "Radar" }, "\"Radar\"", "30")]
    [InlineData(new[] { "--description", "", "--retention-days", "7" }, "null", "7")]
    public async Task changes_what_is_named_and_keeps_the_rest(string[] options, string description, string days)
    {
        await using var platform = await FakePlatform.AnsweringAsync(Vision);

        var result = await platform.RunAsync(["projects", "update", "team/vision", .. options]);

        Assert.True(result.ExitCode == 0, result.Error);
        var change = platform.Requests[^1];
        Assert.Equal("PUT /api/projects/team/vision", change.Line);
        Assert.Equal($$"""{"description":{{description}},"retentionDays":{{days}}}""", change.Body);
        Assert.Equal("\"3\"", change.Headers["If-Match"]);
    }

    [Theory]
    [InlineData]
    [InlineData("--retention-days", "7", "--no-retention")]
    public async Task changes_nothing_that_is_not_said_clearly(params string[] options)
    {
        await using var platform = await FakePlatform.AnsweringAsync(Vision);
        var result = await platform.RunAsync(["projects", "update", "team/vision", .. options]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("--no-retention", result.Error, StringComparison.Ordinal);
        Assert.Empty(platform.Requests);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../jobs")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    public async Task asks_for_nothing_else(string path)
    {
        await using var platform = await FakePlatform.AnsweringAsync(Vision);
        var result = await platform.RunAsync("projects", "show", path);
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(platform.Requests);
    }
}
