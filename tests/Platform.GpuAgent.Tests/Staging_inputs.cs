using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

[Trait("suite", "integration")]
public sealed class Staging_inputs : AgentTest
{
    [Fact]
    public async Task puts_the_source_and_every_file_where_the_job_specifies()
    {
        await using var agent = await StartAgentAsync();
        Platform.Store("code", ("run.sh", "#!/bin/sh\ncat inputs/a/x inputs/b/deep/y"u8.ToArray()));
        Platform.Store("a", ("x", "old"u8.ToArray()));
        Platform.Store("a", ("x", "new "u8.ToArray()));
        Platform.Store("b", ("deep/y", "first"u8.ToArray()));
        Platform.Store("b", ("deep/y", "second"u8.ToArray()));
        var work = Work(
            ["./run.sh"],
            work =>
                work with
                {
                    Source = new ArtifactReference { Artifact = "code" },
                    Inputs =
                    [
                        new JobInput { Artifact = "a:latest", Path = "inputs/a" },
                        new JobInput { Artifact = "b:v1", Path = "inputs/b" },
                    ],
                }
        );

        await agent.StartAsync(work);

        await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal("new first", Platform.Log(work).Text);
    }

    [Fact]
    public async Task fetches_the_same_content_once()
    {
        await using var agent = await StartAgentAsync();
        Platform.Store("data", ("x", "content"u8.ToArray()));
        for (var i = 0; i < 2; i++)
        {
            // Even when the first training changes its copy.
            var work = Shell("cat in/x; echo spoiled > in/x", Input("data", "in"));
            await agent.StartAsync(work);
            await agent.Reports.ExitedAsync(work.JobId);
            Assert.Equal("content", Platform.Log(work).Text);
        }

        Assert.Single(Platform.Downloads);
    }

    [Fact]
    [Trait("check", "JOB-07")]
    public async Task refuses_content_with_another_checksum()
    {
        await using var agent = await StartAgentAsync();
        var kept = Platform.Store("data", ("x", "content"u8.ToArray()));
        Platform.Damaged[kept.Files[0].Sha256] = true;
        var work = Shell("echo ran", Input("data", "in"));

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal(EndReasons.InputMissing, exited.Reason);
        Assert.Contains("checksum", exited.Detail, StringComparison.Ordinal);
        Assert.Equal("", Platform.Log(work).Text);
        Assert.Empty(Directory.GetFiles(agent.State.Cache, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("nothing:latest", "in", "There is no artifact")]
    [InlineData("data:v7", "in", "There is no artifact")]
    [InlineData("data", "../out", "'..'")]
    [InlineData("data", "/tmp/out", "relative")]
    public async Task that_are_missing_or_invalid_end_the_attempt(string artifact, string path, string detail)
    {
        await using var agent = await StartAgentAsync();
        Platform.Store("data", ("x", "content"u8.ToArray()));
        var work = Shell("echo ran", Input(artifact, path));

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal(EndReasons.InputMissing, exited.Reason);
        Assert.Contains(detail, exited.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("in", "x/f", "in", "x/f")]
    [InlineData("in", "x/f", "in/x", "f")]
    [InlineData("in", "x", "in", "x/f")]
    [InlineData("in", "x/f", "in", "x")]
    public async Task that_have_the_same_file_are_refused_with_both_named(
        string firstPath,
        string first,
        string secondPath,
        string second
    )
    {
        await using var agent = await StartAgentAsync();
        Platform.Store("a", (first, "of a"u8.ToArray()));
        Platform.Store("b", (second, "of b"u8.ToArray()));
        var work = Shell("echo ran", Inputs(("a:latest", firstPath), ("b:1", secondPath)));

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal(EndReasons.InputMissing, exited.Reason);
        Assert.Contains(
            "comes from both the input 'a:latest' and the input 'b:1'; give them paths of their own.",
            exited.Detail,
            StringComparison.Ordinal
        );
        Assert.Equal("", Platform.Log(work).Text);
    }

    [Fact]
    public async Task that_would_replace_a_file_of_the_job_or_its_source_are_refused_with_both_named()
    {
        await using var agent = await StartAgentAsync();
        Platform.Store("a", ("config.json", "of a"u8.ToArray()));
        Platform.Store("code", ("code.zip", Zip("in/config.json")));
        var files = new Dictionary<string, string>(StringComparer.Ordinal) { ["in/config.json"] = "{}" };
        var ofJob = Shell("echo ran", work => Inputs(("a", "in"))(work) with { Files = files });
        var ofSource = Shell(
            "echo ran",
            work => Inputs(("a", "in"))(work) with { Source = new ArtifactReference { Artifact = "code" } }
        );

        await agent.StartAsync(ofJob);
        await agent.StartAsync(ofSource);

        const string Expected = "'in/config.json' comes from both {0} and the input 'a'; give them paths of their own.";
        Assert.Equal(
            Expected.Replace("{0}", "the job's files", StringComparison.Ordinal),
            (await agent.Reports.ExitedAsync(ofJob.JobId)).Detail
        );
        Assert.Equal(
            Expected.Replace("{0}", "the source 'code'", StringComparison.Ordinal),
            (await agent.Reports.ExitedAsync(ofSource.JobId)).Detail
        );
    }

    [Fact]
    public async Task may_share_a_folder()
    {
        await using var agent = await StartAgentAsync();
        Platform.Store("a", ("x", "1"u8.ToArray()), ("deep/x", "2"u8.ToArray()));
        Platform.Store("b", ("y", "3"u8.ToArray()));
        var work = Shell("cat in/x in/deep/x in/deep/y", Inputs(("a", "in"), ("b", "in/deep")));

        await agent.StartAsync(work);

        await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal("123", Platform.Log(work).Text);
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/tmp/agent-evil")]
    [InlineData("a//b")]
    public async Task refuses_names_of_files_that_lead_out_of_the_folder(string path)
    {
        await using var agent = await StartAgentAsync();
        var work = Shell(
            "echo ran",
            work => work with { Files = new Dictionary<string, string>(StringComparer.Ordinal) { [path] = "evil" } }
        );

        await agent.StartAsync(work);

        Assert.Equal(EndReasons.InputMissing, (await agent.Reports.ExitedAsync(work.JobId)).Reason);
        Assert.False(File.Exists(Path.Combine(agent.Folder(work).Path, "evil")));
    }

    [Fact]
    public async Task refuses_a_manifest_that_leads_out_of_the_folder()
    {
        await using var agent = await StartAgentAsync();
        Platform.Store("data", ("../../evil", "evil"u8.ToArray()));
        var work = Shell("echo ran", Input("data", "in"));

        await agent.StartAsync(work);

        Assert.Equal(EndReasons.InputMissing, (await agent.Reports.ExitedAsync(work.JobId)).Reason);
    }

    [Theory]
    [InlineData("code.tar.gz")]
    [InlineData("code.zip")]
    public async Task unpacks_a_source_that_is_one_archive(string name)
    {
        await using var agent = await StartAgentAsync();
        Platform.Store("code", (name, name.EndsWith("zip", StringComparison.Ordinal) ? Zip("run") : Tar("run", null)));
        var work = Work(["sh", "run"], work => work with { Source = new ArtifactReference { Artifact = "code" } });

        await agent.StartAsync(work);

        await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal("unpacked\n", Platform.Log(work).Text);
    }

    [Theory]
    [InlineData("code.zip", "../evil")]
    [InlineData("code.tar.gz", "../evil")]
    [InlineData("code.tar.gz", "link")]
    public async Task refuses_an_archive_that_leads_out_of_the_folder(string name, string entry)
    {
        await using var agent = await StartAgentAsync();
        var archive = name.EndsWith("zip", StringComparison.Ordinal)
            ? Zip(entry)
            : Tar(entry, entry == "link" ? "/etc/passwd" : null);
        Platform.Store("code", (name, archive));
        var work = Shell("echo ran", work => work with { Source = new ArtifactReference { Artifact = "code" } });

        await agent.StartAsync(work);

        Assert.Equal(EndReasons.InputMissing, (await agent.Reports.ExitedAsync(work.JobId)).Reason);
    }

    [Fact]
    public async Task waits_for_an_unavailable_platform()
    {
        await using var agent = await StartAgentAsync();
        Platform.Store("data", ("x", "content"u8.ToArray()));
        var work = Shell("cat in/x", Input("data", "in"));
        Platform.IsUnavailable = true;

        await agent.StartAsync(work);
        await WaitFor.ConditionAsync(
            "a request for the work",
            () =>
                Task.FromResult(
                    Platform.RequestsWhileUnavailable.Any(path => path.EndsWith("/work", StringComparison.Ordinal))
                )
        );
        Platform.IsUnavailable = false;

        await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal("content", Platform.Log(work).Text);
    }

    [Fact]
    public async Task fetches_again_what_was_interrupted()
    {
        await using var agent = await StartAgentAsync();
        var kept = Platform.Store("data", ("x", Encoding.ASCII.GetBytes(new string('x', 1_000_000))));
        Platform.Interrupted[kept.Files[0].Sha256] = true;
        var work = Shell("wc -c < in/x", Input("data", "in"));

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.ExitCode, 0, null), (exited.Reason, exited.ExitCode, exited.Detail));
        Assert.Equal("1000000", Platform.Log(work).Text.Trim());
        Assert.Equal(2, Platform.Downloads.Count);
    }

    private static Func<AttemptWork, AttemptWork> Input(string artifact, string path) => Inputs((artifact, path));

    private static Func<AttemptWork, AttemptWork> Inputs(params (string Artifact, string Path)[] inputs) =>
        work =>
            work with
            {
                Inputs = [.. inputs.Select(input => new JobInput { Artifact = input.Artifact, Path = input.Path })],
            };

    private static byte[] Zip(string entry)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var content = zip.CreateEntry(entry).Open();
            content.Write("echo unpacked"u8);
        }

        return bytes.ToArray();
    }

    private static byte[] Tar(string entry, string? linkTo)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionMode.Compress, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            tar.WriteEntry(
                linkTo is null
                    ? new PaxTarEntry(TarEntryType.RegularFile, entry)
                    {
                        DataStream = new MemoryStream(Encoding.ASCII.GetBytes("echo unpacked")),
                    }
                    : new PaxTarEntry(TarEntryType.SymbolicLink, entry) { LinkName = linkTo }
            );
        }

        return bytes.ToArray();
    }
}
