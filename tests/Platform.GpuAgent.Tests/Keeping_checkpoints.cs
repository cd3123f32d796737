using System.Text;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Server;
using Platform.GpuAgent.Staging;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

[Trait("suite", "integration")]
public sealed class Keeping_checkpoints : AgentTest
{
    private const string Training = """
        import os, pathlib, sys, time
        folder = pathlib.Path("checkpoints")
        done = sorted(int(path.stem) for path in folder.glob("*.ckpt"))
        step = done[-1] if done else 0
        print("from", step)
        while step < 4:
            step += 1
            (folder / "new.tmp").write_text(str(step * step))
            os.rename(folder / "new.tmp", folder / f"{step}.ckpt")
            print("step", step)
            while step == 2 and not done: time.sleep(0.1)
        """;

    [Fact]
    [Trait("check", "JOB-06")]
    public async Task lets_the_next_attempt_continue_where_the_killed_one_ended()
    {
        await using var agent = await StartAgentAsync();
        var first = Work(
            ["python3", "train.py"],
            work =>
                work with
                {
                    Files = new Dictionary<string, string>(StringComparer.Ordinal) { ["train.py"] = Training },
                }
        );
        await agent.StartAsync(first);
        await WaitFor.ConditionAsync(
            "both checkpoints to be stored",
            () => Task.FromResult(Versions(first).Any(version => version.Files.Count == 2))
        );
        await LogContainsAsync(first, "step 2");
        await agent.StopAsync(first, EndReasons.TimedOut);
        await agent.ClosedAsync(first);

        var second = AddWork(first with { Attempt = 2 });
        await agent.StartAsync(second);

        var exited = await agent.Reports.ExitedAsync(second.JobId, attempt: 2);
        Assert.Equal((EndReasons.ExitCode, 0), (exited.Reason, exited.ExitCode));
        Assert.Equal("from 2\nstep 3\nstep 4\n", Platform.Log(second).Text);
        var kept = Versions(first)[^1];
        Assert.Equal(("checkpoint", first.JobId, 1), (kept.Type, kept.JobId, kept.Attempt));
        Assert.Equal(["1.ckpt", "2.ckpt"], kept.Files.Select(file => file.Path));
        Assert.Equal("4", Platform.Text(kept, "2.ckpt"));
    }

    [Fact]
    [Trait("check", "JOB-06")]
    public async Task includes_what_a_training_saves_when_it_is_stopped()
    {
        await using var agent = await StartAgentAsync(("GraceSeconds", "30"));
        var work = Shell("trap 'echo last > checkpoints/last; exit 1' TERM; echo ready; while :; do sleep 0.05; done");
        await agent.StartAsync(work);
        await LogContainsAsync(work, "ready");

        await agent.StopAsync(work, EndReasons.TimedOut);

        await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal("last\n", Platform.Text(Assert.Single(Versions(work)), "last"));
    }

    [Fact]
    [Trait("check", "JOB-06")]
    public async Task skips_a_file_that_was_being_written_when_the_training_was_killed()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell(
            """
            echo whole > checkpoints/model; while [ ! -e go ]; do sleep 0.02; done
            echo part > checkpoints/model; echo part > checkpoints/other
            touch -d '+1 min' checkpoints/model checkpoints/other; kill -9 $$
            """
        );
        await agent.StartAsync(work);
        await WaitFor.ConditionAsync("the checkpoint to be stored", () => Task.FromResult(Versions(work).Count > 0));

        await File.WriteAllTextAsync(Path.Combine(agent.Folder(work).Work, "go"), "");

        await agent.Reports.ExitedAsync(work.JobId);
        var kept = Assert.Single(Versions(work));
        Assert.Equal("whole\n", Platform.Text(kept, "model"));
    }

    [Fact]
    public async Task never_affects_the_training()
    {
        await using var agent = await StartAgentAsync();
        Platform.RefusesArtifacts = true;
        var work = Shell("echo x > checkpoints/x; i=0; while [ $i -lt 6 ]; do echo $i; sleep 1; i=$((i+1)); done");

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.ExitCode, 0), (exited.Reason, exited.ExitCode));
    }

    [Fact]
    public async Task leaves_out_a_file_with_an_odd_name_and_keeps_the_rest()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell("true");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.In("checkpoints"));
        var sync = agent.SyncOf(folder.In("checkpoints"), work);
        await WriteAsync(folder, "epoch 1", "1");
        await WriteAsync(folder, @"back\slash", "1");
        await WriteAsync(folder, "two\nlines", "1");

        await sync.ScanAsync(CancellationToken.None);
        await sync.ScanAsync(CancellationToken.None);

        Assert.Equal(["epoch 1"], Assert.Single(Versions(work)).Files.Select(file => file.Path));
    }

    [Fact]
    public async Task stores_complete_sets_of_stable_files_and_uploads_only_changes()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell("true");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.In("checkpoints"));
        var sync = agent.SyncOf(folder.In("checkpoints"), work);
        await WriteAsync(folder, "a", "1");
        await WriteAsync(folder, "half.tmp", "1");
        await sync.ScanAsync(CancellationToken.None);
        Assert.Empty(Versions(work));

        await sync.ScanAsync(CancellationToken.None);
        Assert.Equal(["a=1"], Newest());
        await sync.ScanAsync(CancellationToken.None);
        Assert.Single(Versions(work));

        await WriteAsync(folder, "b", "1");
        await sync.ScanAsync(CancellationToken.None);
        await sync.ScanAsync(CancellationToken.None);
        Assert.Equal(["a=1", "b=1"], Newest());

        // While "a" is written again, its last complete state stays.
        await WriteAsync(folder, "a", "22");
        await WriteAsync(folder, "c", "1");
        await sync.ScanAsync(CancellationToken.None);
        await WriteAsync(folder, "a", "333");
        await sync.ScanAsync(CancellationToken.None);
        Assert.Equal(["a=1", "b=1", "c=1"], Newest());
        await sync.ScanAsync(CancellationToken.None);
        Assert.Equal(["a=333", "b=1", "c=1"], Newest());

        // Another agent continues from the stored version, and makes no version with the same files.
        var after = agent.SyncOf(folder.In("checkpoints"), work);
        await after.ScanAsync(CancellationToken.None);
        await after.ScanAsync(CancellationToken.None);
        Assert.Equal(4, Versions(work).Count);

        string[] Newest() =>
            [.. Versions(work)[^1].Files.Select(file => $"{file.Path}={Platform.Text(Versions(work)[^1], file.Path)}")];
    }

    private static Task WriteAsync(TemporaryFolder folder, string name, string text) =>
        File.WriteAllTextAsync(folder.In("checkpoints", name), text, Encoding.ASCII);

    private IReadOnlyList<Contracts.Artifacts.ArtifactManifest> Versions(AttemptWork work) =>
        Platform.Versions(ArtifactName.OfCheckpoints(work.JobId, work.Rank).Name);
}
