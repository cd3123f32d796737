using Platform.Contracts.Jobs;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

/// <summary>Real trainings with the real SDK, on a platform whose tracking is unavailable when they end.</summary>
[Trait("suite", "integration")]
[Trait("check", "SDK-01")]
public sealed class Replaying_unsent_records : AgentTest
{
    private const string Script = """
        import platform_sdk, sys
        run = platform_sdk.init(finish_timeout=0.2)
        for step in range(1, 51):
            run.log({"loss": 1.0 / step}, step=step)
        run.finish()
        print("logged", flush=True)
        while "stay" in sys.argv:
            pass
        """;

    [Fact]
    public async Task the_agent_sends_unsent_records_once_tracking_is_available_without_delaying_the_attempt()
    {
        Platform.Tracking.IsUnavailable = true;
        await using var agent = await StartAgentAsync();
        var work = Training();
        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.ExitCode, 0), (exited.Reason, exited.ExitCode));
        await agent.ClosedAsync(work);
        Assert.Empty(Platform.Tracking.Steps);
        Platform.Tracking.IsUnavailable = false;

        await AssertReplayedAsync(agent, work);
    }

    [Fact]
    public async Task a_new_agent_sends_the_unsent_records_of_an_earlier_one()
    {
        Platform.Tracking.IsUnavailable = true;
        var work = Training();
        await using (var before = await StartAgentAsync())
        {
            await before.StartAsync(work);
            await before.Reports.ExitedAsync(work.JobId);
            await before.ClosedAsync(work);
        }

        Platform.Tracking.IsUnavailable = false;
        Assert.Empty(Platform.Tracking.Steps);
        await using var agent = await StartAgentAsync();

        await AssertReplayedAsync(agent, work);
    }

    [Fact]
    public async Task records_of_a_fenced_attempt_are_not_sent()
    {
        Platform.Tracking.IsUnavailable = true;
        await using var agent = await StartAgentAsync();
        var fenced = Training("stay");
        await agent.StartAsync(fenced);
        await LogContainsAsync(fenced, "logged");
        await agent.StopAsync(fenced, Contracts.Agents.StopProcess.Fenced);
        await agent.ClosedAsync(fenced);
        var later = Training();
        await agent.StartAsync(later);
        await agent.Reports.ExitedAsync(later.JobId);
        await agent.ClosedAsync(later);
        Platform.Tracking.IsUnavailable = false;

        // The later attempt is sent after the fenced one would be.
        await AssertReplayedAsync(agent, later);
        Assert.NotEmpty(Directory.EnumerateFiles(agent.Folder(fenced).Unsent));
    }

    private async Task AssertReplayedAsync(TestAgent agent, AttemptWork work)
    {
        await WaitFor.ConditionAsync(
            "the run's end to be recorded",
            () => Task.FromResult(Platform.Tracking.Ends.Count > 0)
        );
        Assert.Equal(Enumerable.Range(1, 50), Platform.Tracking.Steps);
        var end = Assert.Single(Platform.Tracking.Ends);
        Assert.Equal(("finished", 1), (end["status"]!.GetValue<string>(), end["attempt"]!.GetValue<int>()));
        Assert.All(Platform.Tracking.Senders, sender => Assert.Equal("Bearer pn_test", sender));
        await WaitFor.ConditionAsync(
            "the spool to be removed",
            () => Task.FromResult(!Directory.EnumerateFileSystemEntries(agent.Folder(work).Unsent).Any())
        );
    }

    private AttemptWork Training(params string[] arguments) =>
        Work(
            ["/usr/bin/python3", "train.py", .. arguments],
            work =>
                work with
                {
                    Files = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["train.py"] = Script,
                        ["platform_sdk.py"] = File.ReadAllText(Repository.PythonSdk),
                    },
                }
        );
}
