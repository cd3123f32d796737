using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Platform.Cli.Jobs;

namespace Platform.Cli.Tests.Jobs;

public sealed class Saying_how_a_job_is
{
    private const string Id = "019a0000-0000-7000-8000-000000000001";

    [Theory]
    [InlineData("""{"status":"succeeded","reason":"exit_code","exitCode":0}""", "succeeded")]
    [InlineData("""{"status":"failed","reason":"exit_code","exitCode":3}""", "failed (exit code 3)")]
    [InlineData("""{"status":"failed","reason":"out_of_memory","exitCode":137}""", "failed (out of memory)")]
    [InlineData("""{"status":"cancelled","reason":"cancelled"}""", "cancelled")]
    [InlineData("""{"status":"queued","reason":"waits for node gpu_1"}""", "queued (waits for node gpu_1)")]
    [InlineData("""{"status":"running","stopping":true}""", "running (stopping)")]
    [InlineData(
        """{"status":"queued","reason":"attempt 1 lost its node (node_stopped)","reasonCode":{"code":"job.attempt-lost","args":{"attempt":"1","reason":"node_stopped"}}}""",
        "queued (attempt 1 lost its node (node stopped))"
    )]
    [InlineData("""{"status":"running","stopping":false}""", "running")]
    public void names_the_reason_in_words(string job, string status) =>
        Assert.Equal(status, JobOutput.Status(JsonNode.Parse(job)!));

    [Fact]
    public async Task is_the_same_in_a_list_and_at_the_end()
    {
        const string Job = $$"""{"id":"{{Id}}","name":"a","status":"failed","reason":"exit_code","exitCode":3}""";
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(
                context.Request.Path.Value!.EndsWith("jobs", StringComparison.Ordinal)
                    ? $$"""{"items":[{{Job}}]}"""
                    : Job
            );
        });

        Assert.EndsWith("\texit code 3\n", (await platform.RunAsync("jobs", "list")).Output, StringComparison.Ordinal);
        Assert.Equal($"Job {Id}: failed (exit code 3)\n", (await platform.RunAsync("jobs", "wait", Id)).Error);
    }

    [Fact]
    public async Task has_what_it_runs_and_with_what()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            $$"""
            {"id":"{{Id}}","status":"running","command":["python","train.py","--name","it's one"],"resources":{"gpus":2,"cpus":4,"memoryMiB":512},
             "source":{"artifact":"code:3"},"inputs":[{"artifact":"set:1","path":"data"}],"files":[{"path":"a.txt","size":2048}] }
            """
        );

        var result = await platform.RunAsync("jobs", "show", Id);

        Assert.Matches(@"command +python train\.py --name 'it'\\''s one'\n", result.Output);
        Assert.Matches(@"resources +2 GPUs, 4 CPUs, 512 MiB\n", result.Output);
        Assert.Matches(@"source +code:3\ninputs +set:1 as data\nfiles +a\.txt \(2\.0 KiB\)\n", result.Output);
    }

    [Fact]
    public async Task is_said_when_a_running_job_is_cancelled()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            $$"""{"id":"{{Id}}","name":"a","status":"running","stopping":true}"""
        );

        var result = await platform.RunAsync("jobs", "cancel", Id);

        Assert.Matches("status +running \\(stopping\\)\n", result.Output);
    }
}
