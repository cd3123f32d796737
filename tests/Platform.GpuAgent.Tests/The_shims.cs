using System.Diagnostics;
using System.Text.Json;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

/// <summary>Real shims, with commands sent by the test.</summary>
[Trait("suite", "integration")]
public sealed class The_shims : IDisposable
{
    private const int SigContinue = 18;
    private const int SigStop = 19;

    private const string Describe = """
        import json, os, sys
        print(json.dumps({"words": sys.argv[1:], "variables": dict(os.environ), "folder": os.getcwd()}))
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly AttemptFolder _attempt;
    private readonly Shims _shims;

    public The_shims()
    {
        _attempt = new AttemptFolder(_folder.In("it's here"));
        Directory.CreateDirectory(_attempt.Work);
        _shims = new Shims(Script);
    }

    private string Script => _folder.In("shim.sh");

    public void Dispose()
    {
        _shims.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task give_a_training_its_arguments_and_variables_unchanged(bool waiting)
    {
        if (waiting)
        {
            _shims.Prepare();
        }

        string[] words = ["", "two words", "it's", "$HOME `id` \\ \"x\" *", "one\nline\n", "-x", "雪"];
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = "/usr/bin:/bin" };
        // Some have a meaning for a shell, or for the shim itself.
        foreach (
            var name in (string[])
                ["LR", "IFS", "ENV", "OPTIND", "PS4", "dir", "code", "shim", "training", "boot", "stat", "pid"]
        )
        {
            variables[name] = "3";
        }

        variables["TEXT"] = string.Concat(words);

        await RunAsync(["python3", "-c", Describe, .. words], variables);

        var seen = JsonDocument.Parse(await File.ReadAllTextAsync(_attempt.Spool)).RootElement;
        Assert.Equal(words, seen.GetProperty("words").EnumerateArray().Select(word => word.GetString()));
        var found = seen.GetProperty("variables")
            .EnumerateObject()
            .ToDictionary(variable => variable.Name, variable => variable.Value.GetString());
        Assert.Equal(variables, found.Where(pair => variables.ContainsKey(pair.Key)).ToDictionary()!);
        Assert.Empty(found.Keys.Except([.. variables.Keys, "PWD", "LC_CTYPE"]));
        Assert.Equal(_attempt.Work, seen.GetProperty("folder").GetString());
        Assert.Equal(0, _attempt.ExitCode);
    }

    [Fact]
    public async Task refuse_a_variable_that_the_shell_does_not_take_and_nothing_else()
    {
        await RunAsync(["env"], new Dictionary<string, string> { ["OPTIND"] = "abc", ["KEPT"] = "1" });

        Assert.Contains("KEPT=1\n", await File.ReadAllTextAsync(_attempt.Spool), StringComparison.Ordinal);
    }

    [Fact]
    public async Task that_were_killed_while_they_waited_are_replaced()
    {
        _shims.Prepare();
        await WaitFor.ConditionAsync(
            "the end of the idle shims",
            () =>
            {
                var alive = Alive();
                alive.ForEach(pid => LibC.Signal(pid, LibC.SigKill));
                return Task.FromResult(alive.Count == 0);
            }
        );

        await RunAsync(["echo", "runs"], new Dictionary<string, string>());

        Assert.Equal("runs\n", await File.ReadAllTextAsync(_attempt.Spool));
    }

    [Fact]
    public async Task run_nothing_for_a_killed_shim_whose_child_still_waits()
    {
        _shims.Prepare();
        await WaitFor.ConditionAsync("idle shims", () => Task.FromResult(Children().Any()));
        var killed = Alive().Except(Children()).ToList();
        killed.ForEach(pid => LibC.Signal(pid, LibC.SigKill));
        await WaitFor.ConditionAsync(
            "the killed shims to end",
            () => Task.FromResult(!Alive().Intersect(killed).Any())
        );

        await RunAsync(["echo", "runs"], new Dictionary<string, string>());

        Assert.Equal("runs\n", await File.ReadAllTextAsync(_attempt.Spool));
        Assert.Equal(0, _attempt.ExitCode);
    }

    [Fact]
    public async Task that_end_with_their_command_and_start_nothing_are_replaced()
    {
        _shims.Prepare();
        await WaitFor.ConditionAsync("idle shims", () => Task.FromResult(Children().Any()));
        // Stopped, so that they are alive when they get their command; the children that would read it are not.
        var shims = Alive().Except(Children()).ToList();
        shims.ForEach(pid => LibC.Signal(pid, SigStop));
        Children().ToList().ForEach(pid => LibC.Signal(pid, LibC.SigKill));
        var process = new TrainingProcess(_attempt);

        var starting = process.StartAsync(
            _shims,
            ["echo", "runs"],
            new Dictionary<string, string>(),
            group: null,
            CancellationToken.None
        );
        shims.ForEach(pid => LibC.Signal(pid, SigContinue));

        Assert.NotNull(await starting);
        Assert.IsType<ProcessOutcome.Exited>(await process.WaitForExitAsync(CancellationToken.None));
        Assert.Equal("runs\n", await File.ReadAllTextAsync(_attempt.Spool));
    }

    [Fact]
    public async Task that_wait_end_when_their_agent_ends()
    {
        _shims.Prepare();
        await WaitFor.ConditionAsync("idle shims", () => Task.FromResult(Alive().Count > 0));

        _shims.Dispose();

        await WaitFor.ConditionAsync("the end of the idle shims", () => Task.FromResult(Alive().Count == 0));
    }

    [Fact]
    public async Task do_nothing_when_their_command_is_truncated()
    {
        var command = ShimCommand.For(
            _attempt,
            ["touch", "ran"],
            new Dictionary<string, string> { ["A"] = "it's", ["B"] = "2\n3" },
            group: null
        );
        for (var length = 0; length < command.Length - 2; length += 5)
        {
            await SendAsync(command.AsMemory(0, length));

            Assert.False(File.Exists(_attempt.Shim), $"{length} of {command.Length} bytes were enough");
        }

        await SendAsync(command);

        Assert.True(File.Exists(Path.Combine(_attempt.Work, "ran")));
    }

    [Fact]
    public async Task expose_no_secret_in_the_process_list()
    {
        _shims.Prepare();
        using var shim = _shims.Start(
            _attempt,
            ["sleep", "60"],
            new Dictionary<string, string> { ["PLATFORM_TOKEN"] = "very-secret" },
            group: null
        );
        await WaitFor.ConditionAsync(
            "the training",
            () => Task.FromResult(ProcessIdentity.Read(_attempt.Process) is not null)
        );

        Assert.Empty(RunningProcesses.With("cmdline", "very-secret"));
        Assert.DoesNotContain("very-secret", await File.ReadAllTextAsync($"/proc/{shim.Id}/environ"));

        LibC.Signal(ProcessIdentity.Read(_attempt.Process)!.Pid, LibC.SigKill);
        await shim.WaitForExitAsync();
        Assert.Equal(137, _attempt.ExitCode);
    }

    [Theory]
    [InlineData("         \n", null)]
    [InlineData("1        \n", null)]
    [InlineData("137\n     \n", 137)]
    [InlineData("0\n       \n", 0)]
    [InlineData("", null)]
    public async Task record_an_exit_code_that_is_read_when_it_is_complete(string content, int? code)
    {
        await File.WriteAllTextAsync(_attempt.Exit, content);

        Assert.Equal(code, _attempt.ExitCode);
        Assert.Equal(code is null, _attempt.ExitedAtUtc is null);
    }

    private async Task RunAsync(IReadOnlyList<string> command, Dictionary<string, string> environment)
    {
        using var shim = _shims.Start(_attempt, command, environment, group: null);
        await shim.WaitForExitAsync();
    }

    private async Task SendAsync(ReadOnlyMemory<byte> command)
    {
        using var shim = Process.Start(
            new ProcessStartInfo("setsid", ["/bin/sh", Script]) { RedirectStandardInput = true }
        )!;
        await shim.StandardInput.BaseStream.WriteAsync(command);
        shim.StandardInput.Close();
        await shim.WaitForExitAsync();
    }

    /// <summary>The processes that run this test's script.</summary>
    private List<int> Alive() => RunningProcesses.With("cmdline", Script);

    /// <summary>The shims' children, which will become trainings.</summary>
    private IEnumerable<int> Children() => Alive().Intersect(RunningProcesses.With("cmdline", "\0--exec\0"));
}
