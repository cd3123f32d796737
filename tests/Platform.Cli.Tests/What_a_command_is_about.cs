namespace Platform.Cli.Tests;

public sealed class What_a_command_is_about
{
    [Theory]
    [InlineData("runs", "show", "")]
    [InlineData("runs", "show", " ")]
    [InlineData("runs", "show", "..")]
    [InlineData("artifacts", "show", "..")]
    public async Task sends_nothing_for_a_name_that_would_lead_elsewhere(params string[] arguments)
    {
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[]}""");

        var result = await platform.RunAsync(arguments);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"platform: '{arguments[^1]}' is no name or ID.\n", result.Error);
        Assert.Empty(platform.Requests);
    }

    [Theory]
    [InlineData("jobs", "list")]
    [InlineData("jobs", "cancel", "digits")]
    public async Task calls_no_other_platform_when_none_runs_on_the_folder_that_is_named(params string[] arguments)
    {
        using var folder = new TestFolder();

        var result = await CommandResult.OfAsync([.. arguments, "--data", folder.In("nothing")]);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"platform: No platform is running on {folder.In("nothing")}.\n", result.Error);
    }

    [Theory]
    [InlineData("jobs delete a")]
    [InlineData("jobs list")]
    [InlineData("artifacts purge a:1")]
    [InlineData("runs show a")]
    [InlineData("users list")]
    [InlineData("users disable anna")]
    [InlineData("tokens list")]
    [InlineData("tokens create --user anna")]
    [InlineData("projects list")]
    [InlineData("nodes list")]
    [InlineData("status")]
    public async Task is_on_the_folder_that_is_named_whatever_the_environment_says(string command)
    {
        using var folder = new TestFolder();
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[]}""");

        var result = await CommandResult.OfAsync(
            [.. command.Split(' '), "--data", folder.In("nothing")],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["PLATFORM_URL"] = platform.Url }
        );

        Assert.Equal(1, result.ExitCode);
        Assert.Empty(platform.Requests);
    }

    [Fact]
    public async Task says_that_no_platform_runs_on_the_folder_that_is_named()
    {
        using var folder = new TestFolder();

        var result = await CommandResult.OfAsync("status", "--data", folder.In("nothing"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no platform is running there", result.Output, StringComparison.Ordinal);
    }
}
