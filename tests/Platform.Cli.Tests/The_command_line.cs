using System.CommandLine;
using Platform.LocalServers;

namespace Platform.Cli.Tests;

public sealed class The_command_line
{
    private const string Id = "019a0000-0000-7000-8000-000000000001";

    public static TheoryData<string> Commands =>
        [
            "up",
            "down",
            "status",
            "logs",
            "demo",
            "rebuild",
            "backup",
            "backup verify",
            "restore",
            "verify",
            "doctor",
            "cluster up",
            "cluster down",
            "cluster status",
            "jobs submit",
            "jobs list",
            "jobs show",
            "jobs logs",
            "jobs wait",
            "jobs events",
            "jobs cancel",
            "jobs retry",
            "nodes list",
            "nodes show",
            "nodes drain",
            "nodes resume",
            "nodes remove",
            "nodes join-token",
            "nodes join-tokens list",
            "nodes join-tokens revoke",
            "artifacts list",
            "artifacts show",
            "artifacts upload",
            "artifacts download",
            "artifacts alias",
            "runs list",
            "runs show",
            "runs metrics",
            "runs search",
            "runs compare",
            "runs tag",
            "runs export",
            "runs import",
            "runs flush",
            "login",
            "logout",
            "contexts list",
            "contexts use",
            "contexts remove",
            "users add",
            "users list",
            "users role",
            "users disable",
            "users enable",
            "projects list",
            "projects create",
            "projects show",
            "completion",
            "tokens create",
            "tokens list",
            "tokens revoke",
        ];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task prints_the_usage_of_every_command(string command)
    {
        var result = await CommandResult.OfAsync([.. command.Split(' '), "--help"]);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Usage:", result.Output, StringComparison.Ordinal);
        Assert.Contains("--json", result.Output, StringComparison.Ordinal);
        Assert.Contains("--server", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jobs shw", "'jobs shw'")]
    [InlineData("jobs", "'jobs' needs a command: submit, list, ")]
    [InlineData("jobs show", "The argument <job> is missing. The job: its id, ")]
    [InlineData("jbos", "There is no command 'jbos'. Did you mean 'jobs'?")]
    [InlineData("jobs shwo", "There is no command 'jobs shwo'. Did you mean 'show'?")]
    [InlineData("jobs can", "There is no command 'jobs can'. Did you mean 'cancel'?")]
    [InlineData("jobs qqqqqq", "There is no command 'jobs qqqqqq'.\n")]
    [InlineData("jobs list --statsu failed", "There is no option '--statsu'. Did you mean '--status'?")]
    [InlineData("runs paths --csvv", "There is no option '--csvv'. Did you mean '--csv'?")]
    [InlineData("runs paths --depht=1", "There is no option '--depht'. Did you mean '--depth'?")]
    [InlineData("runs show --jsno", "There is no option '--jsno'. Did you mean '--json'?")]
    [InlineData("runs show a --jsno", "There is no option '--jsno'. Did you mean '--json'?")]
    [InlineData("runs show --jsno a", "There is no option '--jsno'. Did you mean '--json'?")]
    [InlineData("runs tag a --remvoe b", "There is no option '--remvoe'. Did you mean '--remove'?")]
    [InlineData("artifacts upload -x a b", "There is no option '-x'.\n")]
    [InlineData("jobs wait a --tiemout 3", "There is no option '--tiemout'. Did you mean '--timeout'?")]
    [InlineData("jobs list --limit 0", "--limit must be between 1 and 200.")]
    [InlineData("jobs logs a --tail -1", "--tail must not be negative.")]
    [InlineData("jobs logs a -f --from 3", "Give --follow or --from, not both.")]
    [InlineData("jobs list --status gone", "'gone'")]
    [InlineData("jobs list --limit many", "many")]
    [InlineData("up --port 70000", "--port must be between 0")]
    [InlineData("cluster up --nodes -1", "--nodes must be between 0 and 64")]
    [InlineData("cluster up --replicas 3", "--replicas must be 1 or 2")]
    [InlineData("rebuild nothing", "'nothing'")]
    [InlineData("artifacts upload only-a-name", "The argument <path> is missing.")]
    [InlineData("users add anna", "--role")]
    [InlineData("users add anna --role owner", "'owner'")]
    [InlineData("users role anna admin", "'admin'")]
    [InlineData("tokens create anna --role admin", "'admin'")]
    [InlineData("projects create a --retention-days many", "many")]
    [InlineData("login", "The argument <url> is missing.")]
    [InlineData("jobs list --project", "--project needs a value.")]
    [InlineData("jobs list --offset 3 --cursor c", "Give --offset or --cursor, not both.")]
    [InlineData("jobs logs a --json", "A log is printed as it is; --json does not apply to it.")]
    [InlineData("jobs submit a --follow --json", "Give --json or --follow, not both.")]
    [InlineData("logs --json", "A log is printed as it is")]
    [InlineData("runs metrics a --points 3", "--points must be between 4 and 100000.")]
    [InlineData("nodes list --server localhost", "'localhost' is not a valid address such as http://127.0.0.1:5080.")]
    [InlineData("contexts list --server foo", "'foo' is not a valid address")]
    [InlineData("login foo", "'foo' is not a valid address")]
    [InlineData("users add -- -x --role viewer", "'--role' comes after '--', where nothing is an option any more")]
    [InlineData("--port 3 up", "'--port' is an option of 'up' and comes after it.")]
    [InlineData("--port=3 up", "'--port' is an option of 'up' and comes after it.")]
    [InlineData("jobs -f logs a", "'-f' is an option of 'jobs logs' and comes after it.")]
    [InlineData("jobs --limit 5 list", "'--limit' is an option of 'jobs list' and comes after it.")]
    [InlineData("--server", "platform: --server needs a value.\nplatform: see")]
    [InlineData("jobs --server", "platform: --server needs a value.\nplatform: see")]
    [InlineData("--server jobs list", "platform: 'jobs' is not a valid address")]
    [InlineData("users role anna admin", "role: 'admin' is not one of viewer, editor, administrator.\n")]
    [InlineData("jobs list --status gone", "--status: 'gone' is not one of pending, queued, ")]
    [InlineData("rebuild nothing", "service: 'nothing' is not one of ")]
    [InlineData("completion bash --json", "--json does not apply to it.")]
    [InlineData("up --json", "--json does not apply to it.")]
    [InlineData("demo --json", "--json does not apply to it.")]
    [InlineData("rebuild jobs --json", "--json does not apply to it.")]
    [InlineData("help nothing", "There is no command 'nothing'.")]
    public async Task returns_2_and_a_reason_for_invalid_arguments(string command, string reason)
    {
        var result = await CommandResult.OfAsync(command.Split(' '));

        Assert.Equal(2, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
        Assert.All(
            result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('\t')),
            line => Assert.StartsWith("platform: ", line, StringComparison.Ordinal)
        );
    }

    /// <summary>Every option and argument that is no text, of every command.</summary>
    public static TheoryData<string, string> TypedValues
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var (path, command) in CommandTree.Leaves())
            {
                foreach (var option in command.Options.Concat(GlobalOptions.All).Where(IsTyped).Distinct())
                {
                    all.Add(path, option.Name);
                }

                foreach (var argument in command.Arguments.Where(argument => IsTypedValue(argument.ValueType)))
                {
                    all.Add(path, argument.Name);
                }
            }

            return all;

            static bool IsTyped(Option option) =>
                IsTypedValue(option.ValueType) && option.Name.StartsWith("--", StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(TypedValues))]
    public async Task says_what_is_expected_instead_of_a_value(string command, string name)
    {
        string[] wrong = name.StartsWith('-') ? [name, "no such value"] : ["no such value"];
        var result = await CommandResult.OfAsync([.. command.Split(' '), .. wrong]);

        Assert.Equal(2, result.ExitCode);
        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(
            lines,
            line =>
            {
                Assert.StartsWith("platform: ", line, StringComparison.Ordinal);
                Assert.DoesNotContain("System.", line, StringComparison.Ordinal);
                Assert.DoesNotContain("type", line, StringComparison.OrdinalIgnoreCase);
            }
        );
        Assert.Single(
            lines,
            line => line.StartsWith($"platform: {name}: 'no such value' is n", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("jobs list --limit 1.5", "--limit: '1.5' is not a whole number.")]
    [InlineData(
        "jobs list --limit 99999999999",
        "--limit: '99999999999' is not a number from -2147483648 to 2147483647."
    )]
    [InlineData("up --port many", "--port: 'many' is not a whole number.")]
    public async Task says_it_in_one_line(string command, string message)
    {
        var result = await CommandResult.OfAsync(command.Split(' '));

        var path = string.Join(
            ' ',
            command.Split(' ').TakeWhile(word => !word.StartsWith('-')).Where(word => word != "many")
        );
        Assert.Equal($"platform: {message}\nplatform: see './platform {path} --help'\n", result.Error);
    }

    [Fact]
    public async Task refuses_an_empty_filter_which_would_find_everything()
    {
        var result = await CommandResult.OfAsync("jobs", "list", "--submitted-by", "");

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("platform: --submitted-by must not be empty.\n", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list", "lsit", 1)]
    [InlineData("jobs", "job", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("show", "shwo", 1)]
    [InlineData("drain", "resume", 6)]
    public void knows_how_far_words_are_apart(string one, string other, int distance) =>
        Assert.Equal(distance, Suggestions.Distance(one, other));

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task prints_a_completion_for(string shell)
    {
        var result = await CommandResult.OfAsync("completion", shell);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("[suggest:", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task tells_how_long_a_token_can_last()
    {
        var result = await CommandResult.OfAsync("tokens", "create", "--help");

        var text = string.Join(' ', result.Output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("45m", text, StringComparison.Ordinal);
        Assert.Contains("3660 days", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task prints_how_to_start_a_platform_that_does_not_answer()
    {
        var url = $"http://127.0.0.1:{Ports.Free()}";

        var result = await CommandResult.OfAsync("jobs", "list", "--server", url);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            $"platform: The platform does not answer at {url}/ (Connection refused). Start it with './platform up', or give another address with --server.\n",
            result.Error
        );
    }

    [Theory]
    [InlineData(
        404,
        """{"type":"/problems/job.not-found","title":"Not Found","status":404,"detail":"There is no job 'x'."}""",
        "platform: There is no job 'x'.\n"
    )]
    [InlineData(
        400,
        """{"title":"One or more validation errors occurred.","status":400,"errors":{"name":["A name has 1 to 120 characters."],"command":["It is empty."]}}""",
        "platform: name: A name has 1 to 120 characters.; command: It is empty.\n"
    )]
    [InlineData(
        500,
        """{"title":"Error","status":500,"detail":"Something went wrong here.","traceId":"abc"}""",
        "platform: Something went wrong here. (500 Internal Server Error, trace abc)\n"
    )]
    [InlineData(
        401,
        """{"title":"Unauthorized","status":401,"detail":"A token is needed."}""",
        "platform: A token is needed. Sign in with './platform login URL', or pass a token with --token or PLATFORM_TOKEN ('./platform tokens create --user NAME' creates one).\n"
    )]
    [InlineData(502, "<html>nothing of ours</html>", "platform: The platform answered 502 Bad Gateway.\n")]
    public async Task prints_a_problem_document_in_one_line(int status, string body, string expected)
    {
        await using var platform = await FakePlatform.AnsweringAsync(body, status, "application/problem+json");

        var result = await platform.RunAsync("jobs", "show", Id);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(expected, result.Error);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task reports_that_another_program_answers()
    {
        await using var platform = await FakePlatform.AnsweringAsync("<html></html>", type: "text/html");

        var result = await platform.RunAsync("nodes", "list");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("does not answer like a platform", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task sends_the_token()
    {
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[]}""");

        var result = await platform.RunAsync("nodes", "list", "--token", "pt_secret");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("Bearer pt_secret", Assert.Single(platform.Requests).Headers["Authorization"]);
    }

    [Theory]
    [InlineData("pt_a\nb")]
    [InlineData("pt_a b")]
    [InlineData("pt_é")]
    public async Task sends_nothing_that_cannot_be_a_token(string token)
    {
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[]}""");

        var result = await platform.RunAsync("nodes", "list", "--token", token);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("platform: This is no token", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(token, result.Error, StringComparison.Ordinal);
        Assert.Empty(platform.Requests);
    }

    [Fact]
    public async Task prints_the_answer_as_JSON()
    {
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[],"nextCursor":null,"total":0}""");

        var result = await platform.RunAsync("jobs", "list", "--json", "--status", "running", "--search", "a b&c");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(0, System.Text.Json.Nodes.JsonNode.Parse(result.Output)!["total"]!.GetValue<int>());
        Assert.Equal("GET /api/jobs?status=running&search=a%20b%26c&limit=50", Assert.Single(platform.Requests).Line);
    }

    /// <summary>What follows a flag is no value of its own.</summary>
    private static bool IsTypedValue(Type type) =>
        type != typeof(string) && type != typeof(string[]) && type != typeof(bool);
}
