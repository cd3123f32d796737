using Microsoft.AspNetCore.Http;
using Platform.LocalServers;

namespace Platform.Cli.Tests;

public sealed class Ending_a_command
{
    private const string Id = "019a0000-0000-7000-8000-000000000001";

    /// <summary>128 and the number of the signal, as shells answer it.</summary>
    [Theory]
    [InlineData("jobs wait", 2, 130)]
    [InlineData("jobs logs -f", 2, 130)]
    [InlineData("jobs wait", 15, 143)]
    [InlineData("jobs logs -f", 15, 143)]
    public async Task returns_which_signal_ended_it(string command, int signal, int exitCode)
    {
        var asked = new TaskCompletionSource();
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            asked.TrySetResult();
            return context.Response.WriteAsJsonAsync(
                new
                {
                    id = Id,
                    status = "running",
                    attempt = 1,
                }
            );
        });
        using var process = CliProcess.Start("/", [.. command.Split(' '), Id, "--server", platform.Url]);
        var error = process.StandardError.ReadToEndAsync();
        await asked.Task;

        Assert.True(Unix.Signal(process.Id, signal));
        await process.WaitForExitAsync();

        Assert.Equal(exitCode, process.ExitCode);
        Assert.Equal("", await error);
    }

    [Fact]
    public async Task has_a_code_of_its_own_when_the_time_to_wait_has_passed()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            $$"""{"id":"{{Id}}","status":"running","attempt":1}"""
        );

        var result = await platform.RunAsync("jobs", "wait", Id, "--timeout", "1");
        var help = await CommandResult.OfAsync("jobs", "wait", "--help");

        Assert.Equal(124, result.ExitCode);
        Assert.Equal($"platform: Job {Id} has not ended within 1 second.\n", result.Error);
        Assert.Contains("exit code 124", help.Output, StringComparison.Ordinal);
    }
}
