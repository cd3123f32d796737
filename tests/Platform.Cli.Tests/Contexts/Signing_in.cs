using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Contexts;

public sealed class Signing_in : IAsyncLifetime
{
    private const string Token = "pt_s3cret-s3cret-s3cret-s3cret-s3cret-s3cret-s3";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TestFolder _folder = new();
    private FakePlatform _platform = null!;

    private string ConfigFile => _folder.In("config/platform/config.json");

    public async Task InitializeAsync() =>
        _platform = await FakePlatform.StartAsync(context =>
        {
            var isKnown = context.Request.Headers.Authorization == $"Bearer {Token}";
            context.Response.StatusCode = isKnown ? 200 : 401;
            return context.Response.WriteAsJsonAsync(
                isKnown
                    ? (object)
                        new
                        {
                            subject = "user:anna",
                            name = "anna",
                            kind = "user",
                            role = "editor",
                            items = Array.Empty<int>(),
                        }
                    : new { status = 401, detail = "A token is needed." }
            );
        });

    public async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("--token")]
    [InlineData("--token-stdin")]
    public async Task keeps_a_token_that_the_platform_accepts(string how)
    {
        var login = how is "--token"
            ? await RunAsync("login", _platform.Url, "--token", Token)
            : await RunAsync(["login", $"{_platform.Url}/jobs?x=1", "--token-stdin"], input: $"{Token}\nmore");

        Assert.True(login.ExitCode == 0, login.Error);
        Assert.StartsWith($"Signed in to {_platform.Url} as anna (editor).", login.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, login.Output + login.Error, StringComparison.Ordinal);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(ConfigFile));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(ConfigFile)!));
        Assert.Equal([ConfigFile], Directory.GetFiles(Path.GetDirectoryName(ConfigFile)!));

        var nodes = await RunAsync("nodes", "list");
        Assert.True(nodes.ExitCode == 0, nodes.Error);
        Assert.Equal($"Bearer {Token}", _platform.Requests[^1].Headers["Authorization"]);
    }

    [Theory]
    [InlineData("/ml")]
    [InlineData("/ml/jobs?status=running")]
    public async Task works_with_a_platform_below_a_path(string path)
    {
        var login = await RunAsync("login", _platform.Url + path, "--token", Token);
        Assert.True(login.ExitCode == 0, login.Error);
        Assert.Contains($"{_platform.Url}/ml as anna", login.Output, StringComparison.Ordinal);
        Assert.Equal("GET /ml/api/users/me", _platform.Requests[^1].Line);

        var nodes = await RunAsync("nodes", "list");
        Assert.True(nodes.ExitCode == 0, nodes.Error);
        Assert.StartsWith("GET /ml/api/nodes", _platform.Requests[^1].Line, StringComparison.Ordinal);
        Assert.Equal($"Bearer {Token}", _platform.Requests[^1].Headers["Authorization"]);

        // A token of one path is not for another.
        var other = await RunAsync("nodes", "list", "--server", $"{_platform.Url}/other/");
        Assert.Equal(1, other.ExitCode);
        Assert.StartsWith("GET /other/api/nodes", _platform.Requests[^1].Line, StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", _platform.Requests[^1].Headers.Keys);
    }

    [Fact]
    public async Task keeps_nothing_that_the_platform_refuses()
    {
        var login = await RunAsync("login", _platform.Url, "--token", "pt_wrong");

        Assert.Equal(1, login.ExitCode);
        Assert.Contains("refuses this token", login.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("pt_wrong", login.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(ConfigFile));
    }

    [Fact]
    public async Task asks_for_a_token_where_one_is_needed()
    {
        var login = await RunAsync("login", _platform.Url);

        Assert.Equal(1, login.ExitCode);
        Assert.Contains("--token-stdin", login.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("two words")]
    public async Task takes_no_such_token_from_its_input(string input)
    {
        var login = await RunAsync(["login", _platform.Url, "--token-stdin"], input);

        Assert.Equal(1, login.ExitCode);
        Assert.StartsWith("platform: This is no token", login.Error, StringComparison.Ordinal);
        Assert.Empty(_platform.Requests);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("ftp://localhost")]
    [InlineData("http://anna:pw@localhost")]
    public async Task needs_an_address(string url)
    {
        var login = await RunAsync("login", url, "--token", Token);
        Assert.Equal(2, login.ExitCode);
        Assert.Contains("is not a valid address", login.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node", """{"subject":"node:x","name":"x","kind":"node","role":null}""", 200, "token of a node")]
    [InlineData("page", "<html></html>", 200, "does not answer like a platform")]
    [InlineData("old", """{"status":404}""", 404, "does not answer like a platform")]
    [InlineData("ill", """{"status":503}""", 503, "try again later")]
    public async Task is_for_users_of_platforms(string name, string answer, int status, string reason)
    {
        await using var other = await FakePlatform.AnsweringAsync(answer, status);
        var login = await RunAsync("login", other.Url, "--token", Token, "--context", name);
        Assert.Equal(1, login.ExitCode);
        Assert.Contains(reason, login.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(ConfigFile));
    }

    [Fact]
    public async Task needs_no_token_where_none_is_asked_for()
    {
        await using var open = await FakePlatform.AnsweringAsync(
            """{"subject":"local","name":"local","kind":"user","role":"administrator","items":[]}"""
        );
        Assert.Equal(0, (await RunAsync("login", open.Url)).ExitCode);
        Assert.Equal(0, (await RunAsync("nodes", "list")).ExitCode);
        Assert.DoesNotContain("Authorization", open.Requests[^1].Headers.Keys);
    }

    [Fact]
    public async Task names_contexts_to_choose_from()
    {
        await using var other = await FakePlatform.AnsweringAsync(
            """{"subject":"user:bob","name":"bob","kind":"user","role":"viewer","items":[]}"""
        );
        await LoginAsync(_platform.Url, "one");
        await LoginAsync(other.Url, "two");
        await RunAsync("nodes", "list");
        Assert.Equal("GET /api/nodes", other.Requests[^1].Line);

        await RunAsync("nodes", "list", "--context", "one");
        Assert.Equal("GET /api/nodes", _platform.Requests[^1].Line);
        Assert.Equal(0, (await RunAsync("contexts", "use", "one")).ExitCode);
        var contexts = await RunAsync("contexts", "list");
        Assert.Matches(@"\*\s+one\s+" + _platform.Url, contexts.Output);
        Assert.DoesNotContain(Token, contexts.Output, StringComparison.Ordinal);
        var json = await RunAsync("contexts", "list", "--json");
        Assert.Equal("one", JsonNode.Parse(json.Output)!["current"]!.GetValue<string>());
        Assert.DoesNotContain(Token, json.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync("contexts", "remove", "one")).ExitCode);
        Assert.Equal(1, (await RunAsync("contexts", "use", "one")).ExitCode);
        Assert.DoesNotContain(_platform.Url, await File.ReadAllTextAsync(ConfigFile), StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("nodes", "list", "--context", "one")).ExitCode);
    }

    [Fact]
    public async Task ends_with_signing_out()
    {
        await LoginAsync(_platform.Url, "one");
        var logout = await RunAsync("logout");
        Assert.Equal(0, logout.ExitCode);
        Assert.DoesNotContain(Token, await File.ReadAllTextAsync(ConfigFile), StringComparison.Ordinal);

        var nodes = await RunAsync("nodes", "list");
        Assert.Equal(1, nodes.ExitCode);
        Assert.DoesNotContain("Authorization", _platform.Requests[^1].Headers.Keys);
        Assert.Contains("platform login", nodes.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("logout", "signedOut")]
    [InlineData("contexts use one", "current")]
    [InlineData("contexts remove one", "removed")]
    public async Task is_told_programs_as_JSON(string command, string field)
    {
        await LoginAsync(_platform.Url, "one");

        var result = await RunAsync([.. command.Split(' '), "--json"]);

        Assert.Equal("one", JsonNode.Parse(result.Output)![field]!.GetValue<string>());
    }

    [Theory]
    [InlineData("nodes", "list")]
    [InlineData("logout")]
    public async Task is_not_assumed_for_a_context_that_is_gone(params string[] command)
    {
        await RunAsync("login", _platform.Url, "--token", Token, "--context", "here");
        var config = await File.ReadAllTextAsync(ConfigFile);
        await File.WriteAllTextAsync(
            ConfigFile,
            config.Replace("\"currentContext\": \"here\"", "\"currentContext\": \"gone\"", StringComparison.Ordinal)
        );
        var asked = _platform.Requests.Count;

        var result = await RunAsync(command);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            "platform: The context in use, 'gone', does not exist. Choose one with './platform contexts use NAME'; './platform contexts list' lists them.\n",
            result.Error
        );
        Assert.Equal(asked, _platform.Requests.Count);
        Assert.Equal(0, (await RunAsync("contexts", "list")).ExitCode);
        Assert.Equal(0, (await RunAsync("contexts", "use", "here")).ExitCode);
        Assert.Equal(0, (await RunAsync("nodes", "list")).ExitCode);
    }

    [Fact]
    public async Task cannot_end_when_nobody_signed_in() => Assert.Equal(1, (await RunAsync("logout")).ExitCode);

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public async Task uses_no_file_that_others_can_open(UnixFileMode others)
    {
        await LoginAsync(_platform.Url, "one");
        var before = _platform.Requests.Count;
        File.SetUnixFileMode(ConfigFile, OwnerOnly | others);

        foreach (var command in new[] { "nodes list", "contexts list", $"login {_platform.Url} --token {Token}" })
        {
            var result = await RunAsync(command.Split(' '));
            Assert.Equal(1, result.ExitCode);
            Assert.Contains($"chmod 600 {ConfigFile}", result.Error, StringComparison.Ordinal);
        }

        Assert.Equal(before, _platform.Requests.Count);
        var given = await RunAsync("nodes", "list", "--server", _platform.Url, "--token", Token);
        Assert.True(given.ExitCode == 0, given.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"contexts":[null]}""")]
    [InlineData("""{"contexts":[{"name":"x","token":"s3cret"}]}""")]
    [InlineData("""{"contexts":[{"name":"x","server":"nowhere","token":"s3cret"}]}""")]
    [InlineData("""{"contexts":[{"name":"x","server":"http://x","token":{"s3cret":1}}]}""")]
    [InlineData("""{"currentContext":"a","currentContext":"b","contexts":[]}""")]
    public async Task uses_no_file_of_another_kind(string content)
    {
        await LoginAsync(_platform.Url, "one");
        await File.WriteAllTextAsync(ConfigFile, content);
        var result = await RunAsync("nodes", "list");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"platform: {ConfigFile} is not a file of contexts. Correct or remove it.\n", result.Error);
    }

    [Fact]
    public async Task gives_the_token_of_a_context_to_no_other_platform()
    {
        await LoginAsync(_platform.Url, "one");
        await using var other = await FakePlatform.AnsweringAsync("""{"items":[]}""");
        await RunAsync("nodes", "list", "--server", other.Url);
        await RunAsync("nodes", "list", "--server", other.Url, "--context", "one");
        Assert.Equal(2, other.Requests.Count);
        Assert.All(other.Requests, request => Assert.DoesNotContain("Authorization", request.Headers.Keys));
    }

    private async Task LoginAsync(string url, string name)
    {
        var login = await RunAsync("login", url, "--token", Token, "--context", name);
        Assert.True(login.ExitCode == 0, login.Error);
    }

    private Task<CommandResult> RunAsync(params string[] arguments) => RunAsync(arguments, input: "");

    private Task<CommandResult> RunAsync(string[] arguments, string input) =>
        CommandResult.OfAsync(
            arguments,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["XDG_CONFIG_HOME"] = _folder.In("config") },
            input
        );
}
