using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Platform.Sdk.Tests;

/// <summary>Trainings that are processes of their own.</summary>
public sealed class Ending_a_run_in_dotnet : SdkTest
{
    [Theory]
    [InlineData("leaves its run open", 0, "finished")]
    [InlineData("returns 3", 3, "failed")]
    [InlineData("throws", 134, "failed")]
    [InlineData("throws in its block", 0, "failed")]
    [InlineData("catches in its block", 0, "finished")]
    [InlineData("tracks while it handles an exception", 0, "finished")]
    public async Task follows_from_how_the_program_ends(string program, int exitCode, string status)
    {
        Assert.Equal(exitCode, await RunAsync(program));
        Assert.Equal(status, Platform.Status);
        AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task is_an_interruption_after_a_signal(string signal, int exitCode)
    {
        Assert.Equal(exitCode, await SignalledAsync("waits", signal));
        Assert.Equal("interrupted", Platform.Status);
        AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("handles the signal before")]
    [InlineData("handles the signal after")]
    public async Task is_that_of_a_program_that_handles_the_signal_itself(string program)
    {
        Assert.Equal(0, await SignalledAsync(program, "INT"));
        Assert.Equal("finished", Platform.Status);
        Assert.Single(Platform.Points);
    }

    [Fact]
    public void keeps_a_word_that_is_no_status()
    {
        Start().Finish("out of memory");

        Assert.Equal("failed", Platform.Status);
        Assert.Equal("out of memory", Platform.End!["reason"]!.GetValue<string>());
    }

    [Fact]
    public void says_when_the_training_began_and_ended()
    {
        var before = DateTimeOffset.UnixEpoch;
        Platform.Stop();
        var id = Guid.CreateVersion7().ToString();
        Start(id, finishTimeout: 0.5).Finish();
        var end = TimeProvider.System.GetUtcNow();

        Platform.Start();
        UnsentSpools.Send(Options(id), TimeSpan.FromSeconds(30), CancellationToken.None);

        var times = new[] { Platform.Run!["startedAt"]!, Platform.End!["endedAt"]! }.Select(time =>
            time.GetValue<DateTimeOffset>()
        );
        Assert.All(times, time => Assert.InRange(time, before, end));
    }

    [Fact]
    public async Task is_left_to_the_job_and_to_the_process_that_began_it()
    {
        var job = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PLATFORM_JOB_ID"] = Guid.CreateVersion7().ToString(),
            ["PLATFORM_RUN_ID"] = "job-run",
            ["PLATFORM_ATTEMPT"] = "1",
        };
        await RunAsync(["leaves its run open"], job);
        Assert.Null(Platform.Status);

        // The inner one joins the run of the outer one, which goes on.
        await RunAsync(["starts another", "throws in its block"], job);
        Assert.Equal("finished", Platform.Status);
        Assert.Equal([1L, 1L], Platform.Steps);
        Assert.Equal(["job-run"], Platform.RunIds);
    }

    [Fact]
    public async Task concerns_a_second_run_of_a_job_alone()
    {
        await RunAsync(["tracks two"], Job());

        Assert.Equal(2, Platform.RunIds.Count);
        Assert.Equal("job-run", Named("second")["parentId"]!.GetValue<string>());
        Assert.Null(Platform.EndedAttempt);
        Assert.Equal("finished", Platform.Status);
    }

    [Fact]
    public async Task concerns_a_program_of_a_job_alone_whose_name_is_not_that_of_the_one_before()
    {
        await RunAsync(["is named", "train"], Job());
        await RunAsync(["is named", "evaluate"], Job());
        await RunAsync(["is named", "train"], Job());

        Assert.Equal(2, Platform.RunIds.Count);
        Assert.Equal("job-run", Named("evaluate")["parentId"]!.GetValue<string>());
        Assert.Equal(3, Platform.Points.Count);
    }

    [Fact]
    public async Task is_left_to_the_run_whose_name_a_program_that_it_starts_has()
    {
        await RunAsync(["tracks another and starts one of its name"], Job());

        Assert.Equal(2, Platform.RunIds.Count);
        Assert.Equal(
            ["startedAt", null],
            Platform
                .RunBodies.Where(run => run["name"]?.GetValue<string>() is "trial")
                .Select(run => run["startedAt"] is null ? null : "startedAt")
        );
    }

    private static Dictionary<string, string> Job() =>
        new(StringComparer.Ordinal)
        {
            ["PLATFORM_JOB_ID"] = Guid.CreateVersion7().ToString(),
            ["PLATFORM_RUN_ID"] = "job-run",
            ["PLATFORM_ATTEMPT"] = "2",
        };

    private JsonObject Named(string name) => Platform.RunBodies.Single(run => run["name"]?.GetValue<string>() == name);

    private Task<int> RunAsync(string program) => RunAsync([program], new Dictionary<string, string>());

    private async Task<int> RunAsync(string[] arguments, Dictionary<string, string> environment)
    {
        using var process = StartProgram(arguments, environment);
        return await EndedAsync(process);
    }

    private async Task<int> SignalledAsync(string program, string signal)
    {
        using var process = StartProgram([program], []);
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
        await Script.RunAsync("kill", [$"-{signal}", $"{process.Id}"], Folder.Path, new Dictionary<string, string>());
        return await EndedAsync(process);
    }

    private static async Task<int> EndedAsync(Process process) => (await TrainingProgram.EndAsync(process)).ExitCode;

    private Process StartProgram(string[] arguments, Dictionary<string, string> environment) =>
        TrainingProgram.Start(arguments, Folder.Path, Platform.Url, Spool, environment);

    private void AssertNothingIsLeft() => Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
}
