using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Jobs;

public sealed class Following_a_job
{
    private const string Id = "019a0000-0000-7000-8000-000000000001";

    [Theory]
    [InlineData("succeeded", 0)]
    [InlineData("failed", 1)]
    [InlineData("cancelled", 1)]
    public async Task ends_with_the_job_and_only_success_is_0(string status, int exitCode)
    {
        await using var platform = await FakePlatform.StartAsync(context =>
            context.Request.Path.Value!.EndsWith("/logs", StringComparison.Ordinal)
                ? SendEventsAsync(context, "id: 6\ndata: hello\n\nevent: end\ndata: \n\n")
                : JobAsync(context, status, attempt: 1)
        );

        var result = await platform.RunAsync("jobs", "logs", Id, "--follow");

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal("hello\n", result.Output);
        Assert.Contains($"Job {Id}: {status}\nA link was not kept.\n", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--follow")]
    [InlineData("--attempt=1")]
    public async Task reads_the_log_of_the_rank_that_is_asked_for(string option)
    {
        await using var platform = await FakePlatform.StartAsync(context =>
            context.Request.Path.Value!.EndsWith("/logs", StringComparison.Ordinal)
                ? context.Request.Query["rank"] == "2"
                    ? SendEventsAsync(context, "id: 6\ndata: hello\n\nevent: end\ndata: \n\n")
                    : SendEventsAsync(context, "id: 6\ndata: another rank\n\nevent: end\ndata: \n\n")
                : JobAsync(context, "succeeded", attempt: 1)
        );

        var result = await platform.RunAsync("jobs", "logs", Id, option, "--rank", "2");

        Assert.Contains("hello\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task continues_after_a_lost_connection()
    {
        var printed = new TaskCompletionSource();
        await using var platform = await FakePlatform.StartAsync(async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("/logs", StringComparison.Ordinal))
            {
                await JobAsync(context, "succeeded", attempt: 1);
            }
            else if (context.Request.Query["from"] == "0")
            {
                await SendEventsAsync(context, "id: 4\ndata: one\n\n");
                await context.Response.Body.FlushAsync();
                await printed.Task;
                context.Abort();
            }
            else
            {
                await SendEventsAsync(context, "id: 8\ndata: two\n\nevent: end\ndata: \n\n");
            }
        });
        await using var output = new SignallingWriter(printed);

        var exitCode = await CommandLineProgram.RunAsync(
            ["jobs", "logs", Id, "-f", "--server", platform.Url],
            output,
            TextWriter.Null
        );

        Assert.Equal(0, exitCode);
        Assert.Equal("one\ntwo\n", output.ToString());
        Assert.EndsWith("&attempt=1&from=4", platform.Requests[^2].Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task waits_for_a_restarting_platform()
    {
        var requests = 0;
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            if (Interlocked.Increment(ref requests) == 1)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return Task.CompletedTask;
            }

            return context.Request.Path.Value!.EndsWith("/logs", StringComparison.Ordinal)
                ? SendEventsAsync(context, "event: end\ndata: \n\n")
                : JobAsync(context, "succeeded", attempt: 1);
        });

        var result = await platform.RunAsync("jobs", "logs", Id, "-f");

        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task follows_the_next_attempt_from_its_beginning()
    {
        var requests = 0;
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            if (!context.Request.Path.Value!.EndsWith("/logs", StringComparison.Ordinal))
            {
                return Interlocked.Increment(ref requests) == 1
                    ? JobAsync(context, "running", attempt: 1)
                    : JobAsync(context, "succeeded", attempt: 2);
            }

            var attempt = context.Request.Query["attempt"];
            return SendEventsAsync(context, $"id: 10\ndata: of attempt {attempt}\n\nevent: end\ndata: \n\n");
        });

        var result = await platform.RunAsync("jobs", "logs", Id, "-f");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("of attempt 1\nof attempt 2\n", result.Output);
        Assert.Contains(
            platform.Requests,
            request => request.Line.EndsWith("&attempt=2&from=0", StringComparison.Ordinal)
        );
    }

    private static Task SendEventsAsync(HttpContext context, string events)
    {
        context.Response.ContentType = "text/event-stream";
        return context.Response.WriteAsync(events);
    }

    private static Task JobAsync(HttpContext context, string status, int attempt) =>
        context.Response.WriteAsJsonAsync(
            new
            {
                id = Id,
                status,
                attempt,
                detail = "A link was not kept.",
            }
        );

    /// <summary>Signals when something is printed.</summary>
    private sealed class SignallingWriter(TaskCompletionSource printed) : StringWriter
    {
        public override async Task WriteLineAsync(string? value)
        {
            await base.WriteLineAsync(value);
            printed.TrySetResult();
        }
    }
}
