using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Cli.Platforms;
using Platform.LocalServers;

namespace Platform.Cli.Tests.Platforms;

/// <summary>The built command line on a separate data folder, as a user runs it.</summary>
[Trait("suite", "e2e")]
public sealed class Commands_on_a_real_platform : IAsyncLifetime
{
    private readonly TestFolder _folder = new();

    private string Data => _folder.In("data");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await RunAsync("down");
        _folder.Dispose();
    }

    [Fact]
    public async Task start_and_stop_it()
    {
        var url = $"http://127.0.0.1:{Ports.Free()}";
        var up = await RunAsync("up", "--detach", "--port", url[(url.LastIndexOf(':') + 1)..]);
        Assert.True(up.ExitCode == 0, up.Error);
        Assert.Equal($"Platform is ready at {url}\n", up.Output);
        Assert.Equal($"Platform is already running at {url}\n", (await RunAsync("up", "--detach")).Output);

        var status = await JsonAsync("status");
        Assert.True(status["ready"]!.GetValue<bool>());
        Assert.Equal(url, status["url"]!.GetValue<string>());
        Assert.Contains($"Platform is ready at {url}", (await RunAsync("logs")).Output, StringComparison.Ordinal);

        var first = await JsonAsync("tokens", "create");
        Assert.Equal(Environment.UserName, first["user"]!.GetValue<string>());
        Assert.Equal("administrator", first["role"]!.GetValue<string>());
        Assert.Equal(0, (await RunAsync("tokens", "revoke", first["id"]!.GetValue<string>())).ExitCode);
        var nobodys = await RunAsync("tokens", "create");
        Assert.Equal(
            (2, $"platform: Whose token it is has to be said: --user NAME, one of {Environment.UserName}.\n"),
            (nobodys.ExitCode, nobodys.Error)
        );

        var token = await JsonAsync("tokens", "create", "someone", "--scope", "read");
        var listed = Assert.Single((await JsonAsync("tokens", "list"))["items"]!.AsArray());
        Assert.Equal(token["id"]!.GetValue<string>(), listed!["id"]!.GetValue<string>());
        Assert.Equal("read", listed["scope"]!.GetValue<string>());
        Assert.Null(listed["token"]);
        Assert.Equal(0, (await RunAsync("tokens", "revoke", token["id"]!.GetValue<string>())).ExitCode);
        Assert.Empty((await JsonAsync("tokens", "list"))["items"]!.AsArray());
        var mistyped = await RunAsync("tokens", "create", "somone");
        Assert.Equal((2, ""), (mistyped.ExitCode, mistyped.Output));
        Assert.StartsWith("platform: There is no user 'somone'; there are ", mistyped.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await JsonAsync("users", "list"))["items"]!.AsArray().Count);

        var anna = await JsonAsync("users", "add", "anna", "--role", "editor");
        Assert.Equal("editor", anna["role"]!.GetValue<string>());
        var given = await JsonAsync("tokens", "create", "--user", "anna", "--expires", "1h");
        Assert.Equal("editor", given["role"]!.GetValue<string>());
        var login = await RunAsync("login", url, "--context", "here", "--token", given["token"]!.GetValue<string>());
        Assert.StartsWith($"Signed in to {url} as anna (editor).", login.Output, StringComparison.Ordinal);
        await JsonAsync("jobs", "list", "--context", "here");
        var own = Assert.Single((await JsonAsync("tokens", "list", "--context", "here"))["items"]!.AsArray());
        Assert.Equal(given["expiresAt"]!.ToJsonString(), own!["expiresAt"]!.ToJsonString());
        Assert.Equal(1, (await RunAsync("users", "list", "--context", "here")).ExitCode);
        Assert.False((await JsonAsync("users", "disable", "anna"))["enabled"]!.GetValue<bool>());
        await WaitFor.ConditionAsync(
            "the running platform to refuse a disabled user's token",
            async () => (await RunAsync("jobs", "list", "--context", "here")).ExitCode == 1
        );

        var down = await RunAsync("down");
        Assert.Equal("Stopped.\n", down.Output);
        Assert.Equal(1, (await RunAsync("status", "--server", url)).ExitCode);
        Assert.Null(PrivatePostgres.ProcessOf(Path.Combine(Data, "postgres")));
        Assert.Contains("No platform is running", (await RunAsync("down")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task say_all_that_keeps_it_from_starting()
    {
        using var held = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        held.Start();
        var port = ((System.Net.IPEndPoint)held.LocalEndpoint).Port;

        var used = await RunAsync("up", "--detach", "--port", $"{port}");

        Assert.Equal((1, ""), (used.ExitCode, used.Output));
        Assert.Equal(
            $"Starting the platform …\nplatform: The platform ended while it started: Port {port} is in use on 127.0.0.1. Choose another with --port, or stop what listens there. (log: {Data}/logs/platform.log)\n",
            used.Error
        );
    }

    [Fact]
    public async Task answer_the_same_on_the_data_folder_and_over_the_API()
    {
        var url = $"http://127.0.0.1:{Ports.Free()}";
        var up = await RunAsync("up", "--detach", "--port", url[(url.LastIndexOf(':') + 1)..]);
        Assert.True(up.ExitCode == 0, up.Error);
        var unknown = $"{Guid.CreateVersion7()}";
        string[][] commands =
        [
            ["tokens", "list"],
            ["users", "list"],
            ["users", "add", "a/b", "--role", "editor"],
            ["users", "add", "anna%", "--role", "editor"],
            ["users", "add", "anna%", "--role", "viewer"],
            ["users", "role", "anna%", "viewer"],
            ["users", "role", "nobody", "viewer"],
            ["users", "disable", "nobody"],
            ["users", "disable", "anna%"],
            ["users", "enable", "anna%"],
            ["users", "list"],
            ["tokens", "create", "--user", "nobody"],
            ["tokens", "create", "--user", "anna%", "--role", "editor"],
            ["tokens", "create", "--user", "anna%", "--expires", "4000d"],
            ["tokens", "create", "--user", "anna%", "--expires", "1h", "laptop"],
            ["tokens", "create", "--user", "anna%", "a/b"],
            ["tokens", "list"],
            ["tokens", "revoke", unknown],
            ["tokens", "revoke", "anna"],
        ];
        foreach (var command in commands)
        {
            var here = await RunAsync([.. command.Select(word => word.Replace("%", "1", StringComparison.Ordinal))]);
            var over = await RunAsync([
                .. command.Select(word => word.Replace("%", "2", StringComparison.Ordinal)),
                "--server",
                url,
            ]);
            Assert.Equal(Comparable(over), Comparable(here));
            Assert.All(
                here.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries),
                line => Assert.Matches("^(platform: |Token .* is shown only now:$)", line)
            );
        }

        // What differs in each run: ids, tokens, times, and the user.
        static CommandResult Comparable(CommandResult result) =>
            new(result.ExitCode, Same(result.Output), Same(result.Error));

        static string Same(string text) =>
            Regex.Replace(
                text,
                "[0-9a-f]{8}-[0-9a-f-]{27}|pt_[A-Za-z0-9_-]+|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z|(?<=anna)[12]",
                "#"
            );
    }

    [Fact]
    [Trait("check", "JOB-02")]
    [Trait("check", "RUN-06")]
    public async Task run_the_demo_on_real_data()
    {
        var demo = await RunAsync("demo", "--port", $"{Ports.Free()}");

        Assert.True(demo.ExitCode == 0, demo.Output + demo.Error);
        Assert.Contains("epoch 20/20", demo.Output, StringComparison.Ordinal);
        Assert.Contains("accuracy", demo.Output, StringComparison.Ordinal);
        Assert.Contains("digits-model:1", demo.Output, StringComparison.Ordinal);
        Assert.Matches("job    http://127.0.0.1:[0-9]+/jobs/[0-9a-f-]{36}", demo.Output);
        Assert.Matches("run    http://127.0.0.1:[0-9]+/runs/[0-9a-f-]{36}", demo.Output);
        Assert.Null(RunningPlatform.Find(Data));
        Assert.Null(PrivatePostgres.ProcessOf(Path.Combine(Data, "postgres")));

        await RunAsync("up", "--detach", "--port", "0");
        var download = await RunAsync("artifacts", "download", "digits-model:latest", _folder.In("model"));
        Assert.True(download.ExitCode == 0, download.Error);
        Assert.NotEmpty(Directory.EnumerateFiles(_folder.In("model")));
        var job = (await JsonAsync("jobs", "list", "--status", "succeeded"))["items"]!.AsArray().Single()!;
        var run = await JsonAsync("runs", "show", job["runId"]!.GetValue<string>());
        Assert.True(run["latest"]!["accuracy"]!["value"]!.GetValue<double>() >= 0.95);
    }

    [Fact]
    public async Task keep_the_demo_running_on_a_terminal_until_CtrlC()
    {
        var url = $"http://127.0.0.1:{Ports.Free()}";
        var start = new ProcessStartInfo("script")
        {
            ArgumentList =
            {
                "-qec",
                $"exec '{BuiltPrograms.DotNet}' '{BuiltPrograms.FolderOf("Platform.Cli")}/platform.dll' demo --port {url[(url.LastIndexOf(':') + 1)..]} --data '{Data}'",
                "/dev/null",
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["XDG_CONFIG_HOME"] = _folder.In("config");
        using var demo = Process.Start(start)!;
        string? line;
        do
        {
            line = await demo.StandardOutput.ReadLineAsync();
        } while (
            line?.Contains($"The platform runs at {url} until you press Ctrl-C.", StringComparison.Ordinal) is false
        );

        Assert.NotNull(line);
        var elsewhere = await JsonAsync("status", "--server", url);
        Assert.True(elsewhere["ready"]!.GetValue<bool>());
        var other = await RunAsync("status", "--server", $"http://127.0.0.1:{Ports.Free()}");
        Assert.Contains($"Another platform runs at {url}: --data {Data}\n", other.Output, StringComparison.Ordinal);

        await demo.StandardInput.WriteAsync('\u0003');
        await demo.StandardInput.FlushAsync();
        await demo.WaitForExitAsync();
        Assert.Equal(0, demo.ExitCode);
        Assert.Null(RunningPlatform.Find(Data));
    }

    [Theory]
    [InlineData(2, 130)]
    [InlineData(15, 143)]
    public async Task stop_it_before_it_is_ready_and_say_which_signal_it_was(int signal, int exitCode)
    {
        using var up = CliProcess.Start("/", ["up", "--data", Data, "--port", $"{Ports.Free()}"]);
        var output = up.StandardOutput.ReadToEndAsync();
        var error = up.StandardError.ReadToEndAsync();
        await WaitFor.ConditionAsync(
            "the database to run",
            () => Task.FromResult(PrivatePostgres.ProcessOf(Path.Combine(Data, "postgres")) is not null)
        );

        Assert.True(Unix.Signal(up.Id, signal));
        await up.WaitForExitAsync();

        Assert.DoesNotContain("Platform is ready", await output, StringComparison.Ordinal);
        Assert.Contains("platform: stopped before it was ready\n", await error, StringComparison.Ordinal);
        Assert.Equal(exitCode, up.ExitCode);
    }

    private async Task<JsonNode> JsonAsync(params string[] arguments)
    {
        var result = await RunAsync([.. arguments, "--json"]);
        Assert.True(result.ExitCode == 0, result.Error);
        return JsonNode.Parse(result.Output)!;
    }

    private async Task<CommandResult> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(
            BuiltPrograms.DotNet,
            [Path.Combine(BuiltPrograms.FolderOf("Platform.Cli"), "platform.dll"), .. arguments, "--data", Data]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_CONFIG_HOME"] = _folder.In("config");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CommandResult(process.ExitCode, await output, await error);
    }
}
