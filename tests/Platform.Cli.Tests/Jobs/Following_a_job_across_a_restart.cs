using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Platform.Cli.Server;

namespace Platform.Cli.Tests.Jobs;

public sealed class Following_a_job_across_a_restart : IDisposable
{
    private const string Id = "019a0000-0000-7000-8000-000000000001";
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("logs")]
    [InlineData("submit")]
    public async Task continues_the_log_where_it_was(string command)
    {
        var result = await RestartAsync(command, new Job("succeeded", 1, "one\ntwo\n"));

        Assert.Equal((0, "one\ntwo\n"), (result.ExitCode, result.Output));
        Assert.Single(
            Regex.Matches(result.Error, "Trying again for 60 seconds", RegexOptions.None, TimeSpan.FromSeconds(1))
        );
    }

    [Fact]
    public async Task prints_the_end_of_the_attempt_that_the_restart_interrupted()
    {
        var result = await RestartAsync("logs", new Job("succeeded", 2, "one\ntwo\n", "again\n"));

        Assert.Equal((0, "one\ntwo\nagain\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task is_as_patient_after_hours_as_at_the_beginning()
    {
        var clock = new FakeTimeProvider();
        await using var platform = await FakePlatform.AnsweringAsync("{}");
        using var client = new PlatformClient(new Uri(platform.Url), token: null);
        await client.GetAsync("/api", CancellationToken.None);
        await using var error = new StringWriter();
        var patience = new Patience(error, client, clock);

        // One long answer, which is then lost.
        Assert.Null(
            await patience.TryAsync<string>(() =>
            {
                clock.Advance(TimeSpan.FromHours(3));
                patience.Renew();
                clock.Advance(TimeSpan.FromHours(3));
                throw new PlatformUnavailableException("Lost.");
            })
        );
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Null(await patience.TryAsync<string>(() => throw new PlatformUnavailableException("Away.")));
        clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<PlatformUnavailableException>(() =>
            patience.TryAsync<string>(() => throw new PlatformUnavailableException("Away."))
        );
        Assert.Equal("platform: Lost. Trying again for 60 seconds …\n", error.ToString());
    }

    /// <summary>
    /// Runs a command that follows a job of which one line was written when the platform went away, so that the next request is
    /// refused; then it is there again.
    /// </summary>
    private async Task<CommandResult> RestartAsync(string command, Job afterwards)
    {
        var follows = new TaskCompletionSource();
        var before = new Job("running", 1, "one\n");
        var platform = await FakePlatform.StartAsync(async context =>
        {
            if (From(context) > 0)
            {
                follows.TrySetResult();
                await Task.Delay(Timeout.Infinite, context.RequestAborted)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }

            await before.AnswerAsync(context);
        });
        var url = platform.Url;
        await File.WriteAllTextAsync(_folder.In("job.json"), "{}");
        string[] words = command is "logs" ? ["logs", Id] : ["submit", _folder.In("job.json")];
        var running = platform.RunAsync(["jobs", .. words, "--follow"]);
        await follows.Task;
        await platform.StopAsync();
        await using var restarted = await FakePlatform.StartAsync(afterwards.AnswerAsync, url);
        return await running;
    }

    private static int From(HttpContext context) =>
        int.TryParse(context.Request.Query["from"], CultureInfo.InvariantCulture, out var from) ? from : 0;

    /// <summary>A job with the logs of its attempts.</summary>
    private sealed record Job(string Status, int Attempt, params string[] Logs)
    {
        public Task AnswerAsync(HttpContext context)
        {
            if (!context.Request.Path.Value!.EndsWith("/logs", StringComparison.Ordinal))
            {
                return context.Response.WriteAsJsonAsync(
                    new
                    {
                        id = Id,
                        status = Status,
                        attempt = Attempt,
                    }
                );
            }

            var attempt = int.Parse(context.Request.Query["attempt"]!, CultureInfo.InvariantCulture);
            var log = Encoding.UTF8.GetBytes(Logs[attempt - 1]);
            context.Response.Headers["X-Log-Offset"] = log.Length.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["X-Log-Complete"] = Status is "running" ? "false" : "true";
            return context.Response.Body.WriteAsync(log.AsMemory(From(context))).AsTask();
        }
    }
}
