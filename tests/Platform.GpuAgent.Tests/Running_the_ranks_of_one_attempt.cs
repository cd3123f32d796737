using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.Server;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

/// <summary>Two processes of one attempt on the same node.</summary>
[Trait("suite", "integration")]
public sealed class Running_the_ranks_of_one_attempt : AgentTest
{
    private const string UntilFinished = "echo rank $RANK; while [ ! -e finish ]; do sleep 0.02; done; exit 1$RANK";

    [Fact]
    public async Task gives_each_its_own_log_checkpoints_and_reports()
    {
        await using var agent = await StartAgentAsync();
        var ranks = Ranks($"echo $RANK > checkpoints/state; {UntilFinished}");
        await StartAsync(agent, ranks);
        Assert.Equal([0, 1], HeldRanks(agent));

        await FinishAsync(agent, ranks[1]);
        var second = await agent.Reports.ExitedAsync(ranks[1]);
        await agent.ClosedAsync(ranks[1]);
        Assert.Equal([0], HeldRanks(agent));
        await FinishAsync(agent, ranks[0]);
        var first = await agent.Reports.ExitedAsync(ranks[0]);
        await agent.ClosedAsync(ranks[0]);

        Assert.Equal([(0, 10), (1, 11)], [(first.Rank, first.ExitCode), (second.Rank, second.ExitCode)]);
        foreach (var work in ranks)
        {
            var started = await agent.Reports.StartedAsync(work);
            Assert.Equal(started.ReportId, agent.Entry(work).Started!.ReportId);
            Assert.Equal($"rank {work.Rank}\n", Platform.Log(work).Text);
            Assert.True(Platform.Log(work).IsComplete);
            var checkpoints = ArtifactName.OfCheckpoints(work.JobId, work.Rank).Name;
            Assert.Equal($"{work.Rank}\n", Platform.Text(Platform.Versions(checkpoints)[^1], "state"));
        }

        Assert.Equal(
            [$"{ranks[0].JobId:N}-1", $"{ranks[0].JobId:N}-1-1"],
            ranks.Select(work => Path.GetFileName(agent.Folder(work).Path))
        );
    }

    [Fact]
    public async Task stores_the_outputs_of_each()
    {
        await using var agent = await StartAgentAsync();
        var ranks = Ranks(
            "echo $RANK > outputs/rank",
            work => work with { Outputs = [new JobOutput { Path = "outputs", Artifact = "kept" }] }
        );

        await StartAsync(agent, ranks);

        foreach (var work in ranks)
        {
            Assert.Equal(EndReasons.ExitCode, (await agent.Reports.ExitedAsync(work)).Reason);
        }

        Assert.Equal(
            ["0\n", "1\n"],
            Platform.Versions("kept").Select(version => Platform.Text(version, "rank")).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData(0, EndReasons.ExitCode, EndReasons.ExitCode)]
    [InlineData(1, EndReasons.OutputRefused, EndReasons.ExitCode)]
    public async Task requires_outputs_only_of_the_first(int writer, string first, string second)
    {
        await using var agent = await StartAgentAsync();
        var ranks = Ranks(
            $"[ $RANK != {writer} ] || echo $RANK > outputs/rank",
            work => work with { Outputs = [new JobOutput { Path = "outputs", Artifact = "kept" }] }
        );

        await StartAsync(agent, ranks);

        Assert.Equal(first, (await agent.Reports.ExitedAsync(ranks[0])).Reason);
        Assert.Equal(second, (await agent.Reports.ExitedAsync(ranks[1])).Reason);
        Assert.Equal($"{writer}\n", Platform.Text(Assert.Single(Platform.Versions("kept")), "rank"));
    }

    [Fact]
    public async Task gives_each_what_pytorch_needs_to_find_the_others()
    {
        await using var agent = await StartAgentAsync();
        var ranks = Ranks("env");
        await agent.StartRankAsync(ranks[0], worldSize: 2, 4);
        await agent.StartRankAsync(ranks[1], worldSize: 2, 5);

        foreach (var work in ranks)
        {
            await agent.Reports.ExitedAsync(work);
            string[] expected =
            [
                $"PLATFORM_RANK={work.Rank}",
                $"RANK={work.Rank}",
                "WORLD_SIZE=2",
                "LOCAL_RANK=0",
                "MASTER_ADDR=10.0.0.7",
                "MASTER_PORT=29500",
                $"CUDA_VISIBLE_DEVICES={4 + work.Rank}",
            ];
            Assert.Empty(expected.Except(Platform.Log(work).Text.Split('\n'), StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task stops_one_without_the_other_even_if_its_processes_have_left_the_session()
    {
        await using var agent = await StartAgentAsync();
        var ranks = Ranks($"setsid sh -c 'trap \"\" TERM; echo detached $$; sleep 300' & {UntilFinished}");
        await StartAsync(agent, ranks);
        var first = await DetachedProcessOfAsync(ranks[0]);
        var second = await DetachedProcessOfAsync(ranks[1]);

        await agent.StopAsync(ranks[1]);

        Assert.Equal(EndReasons.Cancelled, (await agent.Reports.ExitedAsync(ranks[1])).Reason);
        Assert.Equal([first], ProcessesOf(ranks[0]).Intersect([first, second]));
        await FinishAsync(agent, ranks[0]);
        Assert.Equal(10, (await agent.Reports.ExitedAsync(ranks[0])).ExitCode);
    }

    [Fact]
    public async Task finds_each_again_after_a_restart_of_the_agent()
    {
        var ranks = Ranks(UntilFinished);
        await using (var before = await StartAgentAsync())
        {
            await StartAsync(before, ranks);
            await FinishAsync(before, ranks[0]);
        }

        await using var agent = await StartAgentAsync();
        await FinishAsync(agent, ranks[1]);

        foreach (var work in ranks)
        {
            await agent.ClosedAsync(work);
            Assert.Equal(
                (10 + work.Rank, work.Rank),
                (agent.Entry(work).End!.ExitCode, agent.Entry(work).Exited!.Rank)
            );
            Assert.Equal($"rank {work.Rank}\n", Platform.Log(work).Text);
        }
    }

    [Fact]
    [Trait("check", "JOB-03")]
    public async Task ends_all_of_an_attempt_when_one_of_a_later_attempt_starts()
    {
        await using var agent = await StartAgentAsync();
        var ranks = Ranks(UntilFinished);
        await StartAsync(agent, ranks);
        var later = ranks.Select(work => AddWork(work with { Attempt = 2, Command = ["echo", "later"] })).ToList();

        await agent.StartRankAsync(later[1], worldSize: 2);
        Assert.Equal(0, (await agent.Reports.ExitedAsync(later[1])).ExitCode);

        Assert.All(ranks, work => Assert.True(agent.Entry(work).IsFenced));
        await agent.StartRankAsync(later[0], worldSize: 2);
        Assert.Equal(0, (await agent.Reports.ExitedAsync(later[0])).ExitCode);
        Assert.DoesNotContain(agent.Reports.Exited, report => report.Attempt == 1);
        Assert.Empty(ProcessesOf(ranks[0]));
    }

    [Fact]
    public async Task continues_all_of_the_newest_attempt_and_none_of_the_earlier_ones()
    {
        var ranks = Ranks(UntilFinished);
        var later = ranks.Select(work => AddWork(work with { Attempt = 2 })).ToList();
        await using (var before = await StartAgentAsync())
        {
            await StartAsync(before, later);
            // As if this agent had died before it fenced the earlier attempt.
            AttemptJournal.Create(before.Folder(ranks[1]), AttemptEntry.Accepted(CommandOf(ranks[1]), Now));
        }

        await using var agent = await StartAgentAsync();

        await agent.ClosedAsync(ranks[1]);
        Assert.Equal([0, 1], HeldRanks(agent));
        foreach (var work in later)
        {
            await FinishAsync(agent, work);
            Assert.Equal(10 + work.Rank, (await agent.Reports.ExitedAsync(work)).ExitCode);
        }
    }

    [Fact]
    public async Task closes_only_the_one_whose_report_is_recorded()
    {
        await using var agent = await StartAgentAsync();
        agent.Reports.Records = false;
        var ranks = Ranks("true");
        await StartAsync(agent, ranks);
        foreach (var work in ranks)
        {
            agent.Attempts.RecordReport(ReportRecorded.Of(await agent.Reports.StartedAsync(work)));
        }

        var exited = await agent.Reports.ExitedAsync(ranks[1]);
        await agent.Reports.ExitedAsync(ranks[0]);
        agent.Attempts.RecordReport(ReportRecorded.Of(exited) with { Rank = 0 });
        Assert.Equal([0, 1], HeldRanks(agent));

        agent.Attempts.RecordReport(ReportRecorded.Of(exited));

        Assert.Equal([0], HeldRanks(agent));
    }

    [Fact]
    public async Task gives_a_later_attempt_the_checkpoints_of_its_own_rank()
    {
        await using var agent = await StartAgentAsync();
        var ranks = Ranks("cat checkpoints/state; echo $RANK > checkpoints/state; exit 1");
        await StartAsync(agent, ranks);
        foreach (var work in ranks)
        {
            await agent.Reports.ExitedAsync(work);
        }

        var later = ranks.Select(work => AddWork(work with { Attempt = 2 })).ToList();
        await StartAsync(agent, later);

        foreach (var work in later)
        {
            await agent.Reports.ExitedAsync(work);
            Assert.Equal($"{work.Rank}\n", Platform.Log(work).Text);
        }
    }

    [Theory]
    [InlineData("PLATFORM_RANK=1", 1)]
    [InlineData("PLATFORM_RANK=0", 0)]
    [InlineData("RELEASE=0.1.0", 0)] // started by an agent that knew no ranks
    public async Task finds_a_process_that_left_its_session_by_its_rank(string variable, int rank)
    {
        var work = Shell("unused");
        var start = new ProcessStartInfo(
            "env",
            ["-i", $"PLATFORM_JOB_ID={work.JobId}", "PLATFORM_ATTEMPT=1", variable, "/bin/sleep", "300"]
        );
        using var process = Process.Start(start)!;
        await WaitFor.ConditionAsync("its environment", () => Task.FromResult(ProcessesOf(work).Contains(process.Id)));

        var found = Enumerable.Range(0, 3).Where(candidate => ProcessesFor(candidate).Find().Contains(process.Id));

        Assert.Equal([rank], found);

        AttemptProcesses ProcessesFor(int candidate) =>
            new(new AttemptKey(work.JobId, 1, candidate), new AttemptFolder(Folder.In($"{candidate}")), () => null);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static StartProcess CommandOf(AttemptWork work) =>
        new()
        {
            NodeId = Guid.CreateVersion7(),
            JobId = work.JobId,
            Attempt = work.Attempt,
            Rank = work.Rank,
            WorldSize = 2,
            Cpus = 1,
            MemoryMiB = 64,
            Gpus = [],
        };

    private List<AttemptWork> Ranks(string script, Func<AttemptWork, AttemptWork>? change = null)
    {
        var first = Shell(script, change);
        return [first, AddWork(first with { Rank = 1 })];
    }

    /// <summary>Returns when all run.</summary>
    private static async Task StartAsync(TestAgent agent, List<AttemptWork> ranks)
    {
        foreach (var work in ranks)
        {
            await agent.StartRankAsync(work, ranks.Count);
        }

        foreach (var work in ranks)
        {
            await agent.Reports.StartedAsync(work);
        }
    }

    private static Task FinishAsync(TestAgent agent, AttemptWork work) =>
        File.WriteAllTextAsync(Path.Combine(agent.Folder(work).Work, "finish"), "");

    private static IEnumerable<int> HeldRanks(TestAgent agent) =>
        agent.Attempts.Held().Select(held => held.Rank).Order();

    private async Task<int> DetachedProcessOfAsync(AttemptWork work)
    {
        var id = await WaitFor.ValueAsync(
            "the process that left the session",
            () => Task.FromResult(Regex.Match(Platform.Log(work).Text, @"detached (\d+)\n")),
            match => match.Success
        );
        return int.Parse(id.Groups[1].Value, CultureInfo.InvariantCulture);
    }
}
