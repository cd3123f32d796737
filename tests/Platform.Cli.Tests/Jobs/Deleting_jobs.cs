using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Jobs;

public sealed class Deleting_jobs
{
    private const string First = "019a0000-0000-7000-8000-00000000aaaa";
    private const string Second = "019a0000-0000-7000-8000-00000000bbbb";

    private const string Page = $$"""
        {"items":[
          {"id":"{{First}}","name":"digits","project":"a","status":"failed"},
          {"id":"{{Second}}","name":"digits-2","project":"a","status":"running"}
        ]}
        """;

    private const string Deleted = $$"""
        {"id":"{{First}}","name":"gone","project":"a","status":"failed","reason":"exit_code","exitCode":3,
         "deletion":{"at":"2026-11-29T10:00:00Z","by":"user:anna","reason":"old"} }
        """;

    private const string Answer = $$"""
        {"dryRun":true,"items":[
          {"id":"{{First}}","done":true,"content":{"logBytes":2048,"files":1} },
          {"id":"{{Second}}","done":false,"problem":{"code":"job.not-ended","detail":"Cancel it first."} }
        ]}
        """;

    [Fact]
    public async Task sends_them_together_and_prints_a_line_for_each()
    {
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("jobs", "delete", "digits", "bbbb", "digits", "--reason", "old");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("POST /api/jobs/delete", platform.Requests[^1].Line);
        Assert.Equal($$"""{"ids":["{{First}}","{{Second}}"],"reason":"old"}""", platform.Requests[^1].Body);
        Assert.Contains($"job {First} deleted", result.Output, StringComparison.Ordinal);
        Assert.Contains($"job {Second} stays: Cancel it first.", result.Output, StringComparison.Ordinal);
    }

    /// <summary>As for artifacts, whose versions are named by numbers.</summary>
    [Theory]
    [InlineData("jobs", "delete")]
    [InlineData("jobs", "restore")]
    [InlineData("runs", "delete")]
    [InlineData("runs", "restore")]
    public async Task succeeds_again_when_it_is_done_already(string things, string command)
    {
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            if (context.Request.Path.Value!.EndsWith("/digits", StringComparison.Ordinal))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            }

            var isInBin = command is "delete";
            return context.Response.WriteAsync(
                HttpMethods.IsPost(context.Request.Method) ? $$"""{"items":[{"id":"{{First}}","done":true}]}"""
                : context.Request.Query.ContainsKey("deleted") == isInBin ? Page
                : """{"items":[]}"""
            );
        });

        var result = await platform.RunAsync(things, command, "digits");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal($"{things[..^1]} {First} {command.TrimEnd('e')}ed\n", result.Output);
    }

    [Fact]
    public async Task is_no_reason_not_to_wait_for_one_by_its_name()
    {
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(
                context.Request.Path.Value!.EndsWith('s')
                    ? $$"""{"items":[{{(context.Request.Query.ContainsKey("deleted") ? Deleted : "")}}]}"""
                    : Deleted
            );
        });

        var result = await platform.RunAsync("jobs", "wait", "gone");

        Assert.Equal($"Job {First}: failed (exit code 3)\n", result.Error);
    }

    [Fact]
    public async Task can_be_undone_by_name()
    {
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("jobs", "restore", "digits");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            ["GET /api/jobs?search=digits&deleted=true&limit=200", $"POST /api/jobs/{First}/restore"],
            platform.Requests.Select(request => request.Line)
        );
        Assert.Contains($"job {First} restored", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task permanently_can_be_tried_first()
    {
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("jobs", "purge", First, "--dry-run");

        Assert.Equal("POST /api/jobs/purge", platform.Requests[^1].Line);
        Assert.Equal($$"""{"ids":["{{First}}"],"dryRun":true}""", platform.Requests[^1].Body);
        Assert.Contains($"job {First} would be deleted permanently", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task changes_nothing_when_one_of_them_is_not_found()
    {
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("jobs", "delete", First, "no-such-job");

        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain(platform.Requests, request => request.Line.StartsWith("POST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("jobs")]
    [InlineData("runs")]
    public async Task lists_the_recycle_bin_with_who_when_and_why(string things)
    {
        await using var platform = await FakePlatform.AnsweringAsync($$"""{"items":[{{Deleted}}]}""");

        var result = await platform.RunAsync(things, "list", "--deleted");

        Assert.Equal($"GET /api/{things}?deleted=true&limit=50", platform.Requests[^1].Line);
        Assert.Equal(
            $"ID\tNAME\tPROJECT\tSTATUS\tDELETED\tBY\tREASON\n{First}\tgone\ta\tfailed\t2026-11-29T10:00:00Z\tanna\told\n",
            result.Output
        );
    }

    [Theory]
    [InlineData("jobs show", "gone")]
    [InlineData("jobs show", "0000aaaa")]
    [InlineData("jobs show", First)]
    [InlineData("runs show", "gone")]
    public async Task still_shows_one_and_that_it_is_in_the_recycle_bin(string command, string text)
    {
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            if (context.Request.Path.Value!.EndsWith("/gone", StringComparison.Ordinal))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            }

            return context.Response.WriteAsync(
                context.Request.Path.Value.EndsWith('s')
                    ? $$"""{"items":[{{(context.Request.Query.ContainsKey("deleted") ? Deleted : "")}}]}"""
                    : Deleted
            );
        });

        var result = await platform.RunAsync([.. command.Split(' '), text]);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("2026-11-29T10:00:00Z, it is in the recycle bin\n", result.Output, StringComparison.Ordinal);
        Assert.Matches("deleted by +anna\n", result.Output);
    }

    private static Task<FakePlatform> StartAsync() =>
        FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(HttpMethods.IsGet(context.Request.Method) ? Page : Answer);
        });
}
