using Platform.Contracts.Jobs;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

/// <summary>What a training leaves in its work folder.</summary>
[Trait("suite", "integration")]
public sealed class Keeping_outputs : AgentTest
{
    [Theory]
    [InlineData("model.bin", "'model.bin' does not exist")]
    [InlineData("outputs", "folder 'outputs' is empty")]
    public async Task without_an_output_is_refused_although_its_exit_code_is_0(string path, string detail)
    {
        await using var agent = await StartAgentAsync();
        var work = Shell("mkdir outputs/empty; ln -s /etc/passwd outputs/link", WithOutputs(path));

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.OutputRefused, 0), (exited.Reason, exited.ExitCode));
        Assert.Contains(detail, exited.Detail, StringComparison.Ordinal);
        Assert.Empty(Platform.Versions("kept"));
    }

    [Fact]
    public async Task keeps_programs_executable_from_an_output_to_an_input()
    {
        await using var agent = await StartAgentAsync();
        var makes = Shell(
            "printf '#!/bin/sh\\necho ran' > outputs/tool; chmod +x outputs/tool; touch outputs/text",
            WithOutputs("outputs")
        );
        await agent.StartAsync(makes);
        await agent.Reports.ExitedAsync(makes.JobId);
        Assert.Equal(
            ["text False", "tool True"],
            Assert.Single(Platform.Versions("kept")).Files.Select(file => $"{file.Path} {file.Executable}")
        );

        var uses = Shell(
            "in/tool; test -x in/text || echo plain",
            work => work with { Inputs = [new JobInput { Artifact = "kept", Path = "in" }] }
        );
        await agent.StartAsync(uses);
        await agent.Reports.ExitedAsync(uses.JobId);

        Assert.Equal("ran\nplain\n", Platform.Log(uses).Text);
    }

    [Fact]
    public async Task with_an_empty_output_folder_reports_what_was_left_out()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell("ln -s /etc/passwd outputs/link", WithOutputs("outputs"));

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Contains("not kept: 'outputs/link'", exited.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task stores_an_empty_file()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell("touch outputs/done", WithOutputs("outputs"));

        await agent.StartAsync(work);

        Assert.Equal(EndReasons.ExitCode, (await agent.Reports.ExitedAsync(work.JobId)).Reason);
        Assert.Equal(0, Assert.Single(Assert.Single(Platform.Versions("kept")).Files).Size);
    }

    [Fact]
    public async Task whose_output_has_another_type_than_its_artifact_is_refused_with_that_reason()
    {
        await using var agent = await StartAgentAsync();
        Platform.Store("kept", ("old.bin", [1]));
        var work = Shell(
            "echo new > outputs/new.bin",
            work =>
                work with
                {
                    Outputs =
                    [
                        new JobOutput
                        {
                            Path = "outputs",
                            Artifact = "kept",
                            Type = "model",
                        },
                    ],
                }
        );

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.OutputRefused, 0), (exited.Reason, exited.ExitCode));
        Assert.Equal(
            "The output 'outputs' was refused. The artifact is of type custom; a version of it cannot be of type model.",
            exited.Detail
        );
        Assert.Equal("files.output-refused", exited.DetailCode!.Code);
        Assert.Equal("outputs", exited.DetailCode.Args!["path"]);
        Assert.Single(Platform.Versions("kept"));
    }

    [Fact]
    public async Task whose_output_has_odd_names_keeps_the_rest_and_names_them()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell(
            """
            cd outputs; echo good > model.bin; echo other > 'ü ☃.txt'; touch 'back\slash' "$(printf 'two\nlines')"
            touch "$(printf 'latin\351')"; mkdir "$(printf 'folder\377')"; touch "$(printf 'folder\377/inside')"
            """,
            WithOutputs("outputs")
        );

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.ExitCode, 0), (exited.Reason, exited.ExitCode));
        Assert.Equal(
            "Files whose names artifacts cannot have were not kept: "
                + @"'outputs/back\slash', 'outputs/folder�', 'outputs/latin�', 'outputs/two\nlines'.",
            exited.Detail
        );
        var version = Assert.Single(Platform.Versions("kept"));
        Assert.Equal(["model.bin", "ü ☃.txt"], version.Files.Select(file => file.Path));
        await WaitFor.ConditionAsync(
            "the work folder to be removed",
            () => Task.FromResult(!Directory.Exists(agent.Folder(work).Work))
        );
    }

    [Fact]
    public async Task whose_output_has_only_odd_names_is_refused_with_them()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell(@"touch 'outputs/back\slash'", WithOutputs("outputs"));

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal(EndReasons.OutputRefused, exited.Reason);
        Assert.Contains(@"'outputs/back\slash'", exited.Detail, StringComparison.Ordinal);
        Assert.Empty(Platform.Versions("kept"));
    }

    [Fact]
    public async Task stores_no_file_from_outside_its_folder()
    {
        await using var agent = await StartAgentAsync();
        await File.WriteAllTextAsync(Folder.In("secret"), "secret");
        var work = Shell(
            $"""
            echo mine > outputs/mine; ln -s mine outputs/alias; mkfifo outputs/pipe
            ln -s {Folder.In("secret")} outputs/stolen; ln -s {Folder.Path} outputs/all; ln -s ../../../../.. outputs/up
            """,
            WithOutputs("outputs")
        );

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.ExitCode, 0), (exited.Reason, exited.ExitCode));
        Assert.Contains("outputs/stolen", exited.Detail, StringComparison.Ordinal);
        var version = Assert.Single(Platform.Versions("kept"));
        Assert.Equal(["alias", "mine"], version.Files.Select(file => file.Path));
        Assert.Equal("mine\n", Platform.Text(version, "alias"));
    }

    [Fact]
    public async Task refuses_an_output_that_links_out_of_the_folder()
    {
        await using var agent = await StartAgentAsync();
        await File.WriteAllTextAsync(Folder.In("secret"), "secret");
        var work = Shell($"rmdir outputs; ln -s {Folder.Path} outputs", WithOutputs("outputs"));

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal(EndReasons.OutputRefused, exited.Reason);
        Assert.Contains("symbolic link", exited.Detail, StringComparison.Ordinal);
        Assert.Empty(Platform.Versions("kept"));
    }

    private static Func<AttemptWork, AttemptWork> WithOutputs(string path) =>
        work => work with { Outputs = [new JobOutput { Path = path, Artifact = "kept" }] };
}
