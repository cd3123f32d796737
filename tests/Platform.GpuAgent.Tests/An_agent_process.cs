using System.Globalization;
using System.Text.Json;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.State;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

/// <summary>The agent as a real process, over a real broker.</summary>
[Trait("suite", "integration")]
public sealed class An_agent_process : AgentTest
{
    private const string Counting = """
        import os, pathlib, sys
        print("pid", os.getpid())
        step = 0
        while not pathlib.Path("finish").exists():
            step += 1
            print("step", step)
            __import__("time").sleep(0.01)
        print("steps", step)
        sys.exit(3)
        """;

    [Fact]
    [Trait("check", "JOB-06")]
    [Trait("check", "NODE-02")]
    public async Task that_is_killed_in_the_middle_of_a_training_finds_it_again()
    {
        await using var broker = await BrokerSide.StartAsync();
        await using var platform = await FakePlatform.StartAsync(BrokerSide.Address);
        var work = Work(
            ["python3", "train.py"],
            work =>
                work with
                {
                    Files = new Dictionary<string, string>(StringComparer.Ordinal) { ["train.py"] = Counting },
                }
        );
        platform.Works[work.Key()] = work;
        var log = platform.Log(work);
        Guid nodeId;
        await using (var agent = AgentProcess.Start(platform, Folder))
        {
            nodeId = await JoinedAsync(broker, agent);
            await broker.SendAsync(nodeId, StartOf(nodeId, work));
            await WaitFor.ConditionAsync(
                "the tenth step",
                () => Task.FromResult(log.Text.Contains("step 10\n", StringComparison.Ordinal)),
                describe: () => agent.Output
            );
            await agent.KillAsync();
        }

        var pid = int.Parse(log.Text.Split('\n')[0].Split(' ')[1], CultureInfo.InvariantCulture);
        Assert.False(ProcessStatus.Read(pid)?.IsDead ?? true, "The training ended with its agent.");
        var stored = log.Bytes.Length;
        await using (var agent = AgentProcess.Start(platform, Folder))
        {
            await WaitFor.ConditionAsync(
                "the log to grow",
                () => Task.FromResult(log.Bytes.Length > stored + 100),
                describe: () => agent.Output
            );
            await agent.KillAsync(); // a second time, at an arbitrary moment
        }

        await File.WriteAllTextAsync(InWork(work, "finish"), "");
        await WaitFor.ConditionAsync("the training to end alone", () => Task.FromResult(ProcessesOf(work).Count == 0));
        await using (var agent = AgentProcess.Start(platform, Folder))
        {
            var exited = await broker.Reports.ExitedAsync(work.JobId);
            Assert.Equal((EndReasons.ExitCode, 3), (exited.Reason, exited.ExitCode));
        }

        Assert.Equal(nodeId, broker.Reports.Heartbeats.Select(heartbeat => heartbeat.NodeId).Distinct().Single());
        var lines = log.Text.Split('\n');
        var steps = int.Parse(lines[^2].Split(' ')[1], CultureInfo.InvariantCulture);
        string[] expected =
        [
            $"pid {pid}",
            .. Enumerable.Range(1, steps).Select(step => $"step {step}"),
            $"steps {steps}",
            "",
        ];
        Assert.Equal(expected, lines);
    }

    [Fact]
    [Trait("check", "JOB-06")]
    public async Task that_is_killed_finds_both_ranks_of_an_attempt_again()
    {
        await using var broker = await BrokerSide.StartAsync();
        await using var platform = await FakePlatform.StartAsync(BrokerSide.Address);
        var first = Work([
            "sh",
            "-c",
            "echo pid $$; while [ ! -e finish ]; do sleep 0.02; done; echo ended; exit 1$PLATFORM_RANK",
        ]);
        AttemptWork[] ranks = [first, AddWork(first with { Rank = 1 })];
        foreach (var work in ranks)
        {
            platform.Works[work.Key()] = work;
        }

        await using (var agent = AgentProcess.Start(platform, Folder))
        {
            var nodeId = await JoinedAsync(broker, agent);
            foreach (var work in ranks)
            {
                await broker.SendAsync(nodeId, StartOf(nodeId, work));
                await broker.Reports.StartedAsync(work);
            }

            await agent.KillAsync();
        }

        // One ends while no agent runs, the other after the next agent has found it.
        await File.WriteAllTextAsync(InWork(ranks[0], "finish"), "");
        var folder = new AttemptFolder(Folder.In("state", "attempts", $"{ranks[0].Key()}"));
        await WaitFor.ConditionAsync("its exit code", () => Task.FromResult(folder.ExitCode is not null));
        await using (var agent = AgentProcess.Start(platform, Folder))
        {
            Assert.Equal(10, (await broker.Reports.ExitedAsync(ranks[0])).ExitCode);
            await File.WriteAllTextAsync(InWork(ranks[1], "finish"), "");
            Assert.Equal(11, (await broker.Reports.ExitedAsync(ranks[1])).ExitCode);
        }

        Assert.All(ranks, work => Assert.Matches(@"^pid \d+\nended\n$", platform.Log(work).Text));
    }

    [Fact]
    [Trait("check", "NODE-02")]
    public async Task sends_heartbeats_with_its_resources_and_stops_cleanly()
    {
        await using var broker = await BrokerSide.StartAsync();
        await using var platform = await FakePlatform.StartAsync(BrokerSide.Address);
        await using var agent = AgentProcess.Start(platform, Folder);

        var nodeId = await JoinedAsync(broker, agent);

        var heartbeat = broker.Reports.Heartbeats.First(heartbeat => heartbeat.NodeId == nodeId);
        Assert.Equal("lab", heartbeat.Inventory.Labels["zone"]);
        Assert.True(heartbeat.Inventory.Cpus > 0 && heartbeat.Inventory.MemoryMiB > 0);
        Assert.True(heartbeat.Inventory.Gpus.Count > 0 || heartbeat.Inventory.GpuReason is { Length: > 0 });
        Assert.NotNull(heartbeat.Usage);
        Assert.Contains(nodeId.ToString(), ReadIdentity(), StringComparison.Ordinal);
        agent.Terminate();
        Assert.Equal(0, await agent.ExitCodeAsync());
    }

    [Fact]
    [Trait("check", "NODE-02")]
    public async Task with_a_wrong_join_token_reports_it_and_exits()
    {
        await using var agent = AgentProcess.Start(Platform, Folder, token: "wrong");

        Assert.NotEqual(0, await agent.ExitCodeAsync());
        await PrintsAsync(agent, "refuses the join token");
        Assert.Single(agent.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public async Task does_not_share_its_state_folder()
    {
        await using var first = await StartAgentAsync();
        await using var second = AgentProcess.Start(Platform, Folder);

        Assert.NotEqual(0, await second.ExitCodeAsync());
        await PrintsAsync(second, "Another agent uses the state folder");
    }

    [Fact]
    public async Task without_a_server_reports_the_missing_setting()
    {
        await using var agent = AgentProcess.Start($"--Agent:StateFolder={Folder.In("state")}");

        Assert.NotEqual(0, await agent.ExitCodeAsync());
        await PrintsAsync(agent, "Server");
    }

    [Fact]
    public async Task prints_its_usage()
    {
        await using var agent = AgentProcess.Start("--help");

        Assert.Equal(0, await agent.ExitCodeAsync());
        await PrintsAsync(agent, "Usage:");
    }

    private static Task PrintsAsync(AgentProcess agent, string text) =>
        WaitFor.ConditionAsync(
            $"'{text}'",
            () => Task.FromResult(agent.Output.Contains(text, StringComparison.Ordinal)),
            describe: () => agent.Output
        );

    [Fact]
    public async Task names_the_request_and_the_job_in_every_line_about_it()
    {
        await using var broker = await BrokerSide.StartAsync();
        await using var platform = await FakePlatform.StartAsync(BrokerSide.Address);
        var work = Work(["true"]);
        platform.Works[work.Key()] = work;
        await using var agent = AgentProcess.Start(platform, Folder);
        var nodeId = await JoinedAsync(broker, agent);

        await broker.SendAsync(nodeId, StartOf(nodeId, work) with { RequestId = "browser-42" });
        await broker.Reports.ExitedAsync(work.JobId);
        await WaitFor.ConditionAsync(
            "a line about its end",
            () => Task.FromResult(agent.Output.Contains(" ended: ", StringComparison.Ordinal)),
            describe: () => agent.Output
        );

        var about = agent
            .Output.Split('\n')
            .Where(line =>
                line.Contains(" is running", StringComparison.Ordinal)
                || line.Contains(" ended: ", StringComparison.Ordinal)
            )
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();
        Assert.Equal(2, about.Count);
        Assert.All(
            about,
            line =>
            {
                Assert.Equal("browser-42", line.GetProperty("http.request.id").GetString());
                Assert.Equal(work.JobId.ToString(), line.GetProperty("labels.job_id").GetString());
                Assert.Equal("platform.agent", line.GetProperty("event.dataset").GetString());
            }
        );
    }

    private static StartProcess StartOf(Guid nodeId, AttemptWork work) =>
        new()
        {
            NodeId = nodeId,
            JobId = work.JobId,
            Attempt = work.Attempt,
            Rank = work.Rank,
            Cpus = 1,
            MemoryMiB = 64,
            Gpus = [],
        };

    private async Task<Guid> JoinedAsync(BrokerSide broker, AgentProcess agent)
    {
        await WaitFor.ConditionAsync(
            "the agent to join and heartbeat",
            () =>
                Task.FromResult(
                    File.Exists(Folder.In("state", "identity.json"))
                        && broker.Reports.Heartbeats.Any(heartbeat =>
                            ReadIdentity().Contains(heartbeat.NodeId.ToString(), StringComparison.Ordinal)
                        )
                ),
            describe: () => agent.Output
        );
        return JsonSerializer.Deserialize(ReadIdentity(), StateJson.Default.AgentIdentity)!.NodeId;
    }

    private string ReadIdentity() => File.ReadAllText(Folder.In("state", "identity.json"));

    private string InWork(AttemptWork work, string name) =>
        Folder.In("state", "attempts", $"{work.Key()}", "work", name);
}
