using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Platform.LocalServers;

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
            IsLog(context) ? SendLogAsync(context, "hello\n"u8.ToArray()) : JobAsync(context, status, attempt: 1)
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
            IsLog(context)
                ? SendLogAsync(
                    context,
                    context.Request.Query["rank"] == "2" ? "hello\n"u8.ToArray() : "another"u8.ToArray()
                )
                : JobAsync(context, "succeeded", attempt: 1)
        );

        var result = await platform.RunAsync("jobs", "logs", Id, option, "--rank", "2");

        Assert.Equal("hello\n", result.Output);
    }

    public static TheoryData<string, byte[]> Logs =>
        new()
        {
            { "every byte", [.. Enumerable.Range(0, 256).Select(i => (byte)i)] },
            { "no line break", "waiting..."u8.ToArray() },
            { "a long line", [.. Enumerable.Repeat((byte)'x', 200_000), (byte)'\n'] },
            { "a progress bar", "\r 10%\r 20%\r\n"u8.ToArray() },
            { "half a character", [0xc3] },
            { "a byte order mark", [0xef, 0xbb, 0xbf, (byte)'a'] },
            { "nothing", [] },
        };

    [Theory]
    [MemberData(nameof(Logs))]
    public async Task prints_the_bytes_as_they_are(string what, byte[] log)
    {
        Assert.NotEmpty(what);
        await using var platform = await FakePlatform.StartAsync(context =>
            IsLog(context) ? SendLogAsync(context, log) : JobAsync(context, "succeeded", attempt: 1)
        );

        Assert.Equal(log, (await platform.RunAsync("jobs", "logs", Id)).Bytes);
        Assert.Equal(log, (await platform.RunAsync("jobs", "logs", Id, "-f")).Bytes);
    }

    [Fact]
    public async Task prints_a_line_before_its_end()
    {
        var printed = new TaskCompletionSource();
        await using var platform = await FakePlatform.StartAsync(async context =>
        {
            if (!IsLog(context))
            {
                await JobAsync(context, printed.Task.IsCompleted ? "succeeded" : "running", attempt: 1);
            }
            else if (From(context) == 0)
            {
                await SendLogAsync(context, " 10%"u8.ToArray(), isComplete: false);
            }
            else
            {
                // The rest comes only when the beginning was printed.
                await printed.Task;
                await SendLogAsync(context, " 10%\r 20%\n"u8.ToArray());
            }
        });
        using var output = new SignallingStream(printed);

        var exitCode = await RunAsync(platform, output);

        Assert.Equal(0, exitCode);
        Assert.Equal(" 10%\r 20%\n", Encoding.UTF8.GetString(output.ToArray()));
        Assert.All(
            platform.Requests.Where(request => request.Line.Contains("/logs", StringComparison.Ordinal)),
            request => Assert.Contains("wait=true", request.Line, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("a\nb\nc\n", 2, "b\nc\n")]
    [InlineData("a\nb\nc", 2, "b\nc")]
    [InlineData("a\nb\n\n", 1, "\n")]
    [InlineData("a\nb\n", 5, "a\nb\n")]
    [InlineData("a\nb\n", 0, "")]
    [InlineData("", 3, "")]
    public async Task begins_with_the_last_lines_when_asked(string log, int lines, string expected)
    {
        await using var platform = await FakePlatform.StartAsync(context =>
            IsLog(context)
                ? SendLogAsync(context, Encoding.UTF8.GetBytes(log))
                : JobAsync(context, "succeeded", attempt: 1)
        );
        var tail = lines.ToString(CultureInfo.InvariantCulture);

        Assert.Equal(expected, (await platform.RunAsync("jobs", "logs", Id, "--tail", tail)).Output);
        Assert.Equal(expected, (await platform.RunAsync("jobs", "logs", Id, "-n", tail, "-f")).Output);
    }

    [Fact]
    public async Task finds_the_last_lines_of_a_long_log_without_reading_it_all()
    {
        var log = Encoding.UTF8.GetBytes(
            string.Concat(
                Enumerable.Range(0, 100_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"line {i}\n"))
            )
        );
        await using var platform = await FakePlatform.StartAsync(context => SendLogAsync(context, log));

        var result = await platform.RunAsync("jobs", "logs", Id, "--tail", "10000");

        Assert.StartsWith("line 90000\n", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("\nline 99999\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(platform.Requests, request => !request.Line.Contains("from=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task continues_after_a_lost_connection()
    {
        var printed = new TaskCompletionSource();
        await using var platform = await FakePlatform.StartAsync(async context =>
        {
            if (!IsLog(context))
            {
                await JobAsync(context, "succeeded", attempt: 1);
            }
            else if (From(context) == 0)
            {
                context.Response.ContentLength = 8;
                await context.Response.WriteAsync("one\n");
                await context.Response.Body.FlushAsync();
                await printed.Task;
                context.Abort();
            }
            else
            {
                await SendLogAsync(context, "one\ntwo\n"u8.ToArray());
            }
        });
        using var output = new SignallingStream(printed);

        var exitCode = await RunAsync(platform, output);

        Assert.Equal(0, exitCode);
        Assert.Equal("one\ntwo\n", Encoding.UTF8.GetString(output.ToArray()));
        Assert.Contains("attempt=1&from=4", platform.Requests[^1].Line, StringComparison.Ordinal);
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

            return IsLog(context) ? SendLogAsync(context, []) : JobAsync(context, "succeeded", attempt: 1);
        });

        var result = await platform.RunAsync("jobs", "logs", Id, "-f");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Trying again", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("logs")]
    [InlineData("wait")]
    public async Task is_an_error_where_no_platform_answers(string command)
    {
        string[] follow = command is "logs" ? ["-f"] : [];
        var result = await CommandResult.OfAsync([
            "jobs",
            command,
            Id,
            .. follow,
            "--server",
            $"http://127.0.0.1:{Ports.Free()}",
        ]);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("platform: The platform does not answer at", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task follows_the_next_attempt_from_its_beginning()
    {
        var requests = 0;
        await using var platform = await FakePlatform.StartAsync(context =>
            IsLog(context)
                ? SendLogAsync(context, Encoding.UTF8.GetBytes($"of attempt {context.Request.Query["attempt"]}\n"))
            : Interlocked.Increment(ref requests) == 1 ? JobAsync(context, "running", attempt: 1)
            : JobAsync(context, "succeeded", attempt: 2)
        );

        var result = await platform.RunAsync("jobs", "logs", Id, "-f");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("of attempt 1\nof attempt 2\n", result.Output);
    }

    [Fact]
    public async Task waits_until_all_have_ended()
    {
        var requests = 0;
        var other = $"{Id[..^1]}2";
        await using var platform = await FakePlatform.StartAsync(context =>
            JobAsync(
                context,
                context.Request.Path.Value!.EndsWith('2') ? "failed"
                    : Interlocked.Increment(ref requests) < 3 ? "running"
                    : "succeeded",
                attempt: 1
            )
        );

        var result = await platform.RunAsync("jobs", "wait", Id, other);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"Job {Id}: succeeded\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("failed\n", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await platform.RunAsync("jobs", "wait", Id)).ExitCode);
    }

    private static Task<int> RunAsync(FakePlatform platform, Stream output) =>
        CommandLineProgram.RunAsync(
            ["jobs", "logs", Id, "-f", "--server", platform.Url],
            new CommandInvocation
            {
                Output = TextWriter.Null,
                Error = TextWriter.Null,
                OutputBytes = output,
                Variable = _ => null,
            }
        );

    private static bool IsLog(HttpContext context) =>
        context.Request.Path.Value!.EndsWith("/logs", StringComparison.Ordinal);

    private static long From(HttpContext context) =>
        long.TryParse(context.Request.Query["from"], CultureInfo.InvariantCulture, out var from) ? from : 0;

    /// <summary>The part of a log that is asked for, as the platform sends it.</summary>
    private static async Task SendLogAsync(HttpContext context, byte[] log, bool isComplete = true)
    {
        var from = (int)Math.Min(From(context), log.Length);
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = log.Length - from;
        context.Response.Headers["X-Log-Offset"] = log.Length.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-Log-Complete"] = isComplete ? "true" : "false";
        try
        {
            await context.Response.Body.WriteAsync(log.AsMemory(from), context.RequestAborted);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // A client that has read enough goes away.
        }
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
    private sealed class SignallingStream(TaskCompletionSource printed) : MemoryStream
    {
        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            await base.WriteAsync(buffer, cancellationToken);
            printed.TrySetResult();
        }
    }
}
