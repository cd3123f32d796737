namespace Platform.Cli.Tests;

public sealed class Words_that_people_write
{
    [Theory]
    [InlineData("help", "[command] [options]\n")]
    [InlineData("help jobs", " jobs [command] [options]\n")]
    [InlineData("jobs help", " jobs [command] [options]\n")]
    [InlineData("help jobs show", " jobs show <job> [options]\n")]
    [InlineData("jobs help show", " jobs show <job> [options]\n")]
    public async Task can_ask_for_help(string command, string usage)
    {
        var result = await CommandResult.OfAsync(command.Split(' '));

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains(usage, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task can_ask_for_the_version()
    {
        var version = await CommandResult.OfAsync("version");

        Assert.Equal((0, (await CommandResult.OfAsync("--version")).Output), (version.ExitCode, version.Output));
    }

    [Fact]
    public async Task stay_names_after_a_command()
    {
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[]}""");

        await platform.RunAsync("jobs", "show", "help");

        Assert.Equal("GET /api/jobs?search=help&limit=200", platform.Requests[0].Line);
    }

    [Theory]
    [InlineData("@SUM(A1)")]
    [InlineData("@/etc/hostname")]
    public async Task may_begin_with_an_at_sign(string name)
    {
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[]}""");

        await platform.RunAsync("jobs", "show", name);

        Assert.Equal($"GET /api/jobs?search={Uri.EscapeDataString(name)}&limit=200", platform.Requests[0].Line);
    }

    [Fact]
    public async Task are_names_after_two_dashes_however_they_begin()
    {
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[]}""");

        await CommandResult.OfAsync(
            ["jobs", "show", "--", "--jsno"],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["PLATFORM_URL"] = platform.Url }
        );

        Assert.Equal("GET /api/jobs?search=--jsno&limit=200", platform.Requests[0].Line);
    }

    [Theory]
    [InlineData("jobs list --project= --limit 3", "--project must not be empty.")]
    [InlineData("jobs list --submitted-by=", "--submitted-by must not be empty.")]
    public async Task are_not_the_value_of_an_option_that_has_an_empty_one(string command, string reason)
    {
        var result = await CommandResult.OfAsync(command.Split(' '));

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"platform: {reason}\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task are_the_command_after_an_empty_server()
    {
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[]}""");

        var result = await CommandResult.OfAsync(
            ["--server=", "jobs", "list"],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["PLATFORM_URL"] = platform.Url }
        );

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal("GET /api/jobs?limit=50", Assert.Single(platform.Requests).Line);
    }

    [Fact]
    public async Task are_said_to_be_no_address_with_the_variable_that_has_them()
    {
        var result = await CommandResult.OfAsync(
            ["jobs", "list"],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["PLATFORM_URL"] = "zzz" }
        );

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith(
            "platform: PLATFORM_URL: 'zzz' is not a valid address",
            result.Error,
            StringComparison.Ordinal
        );
    }
}
