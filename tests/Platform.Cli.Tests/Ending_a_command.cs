using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Platform.Cli.Platforms;
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

    /// <summary>What the user names may be a FIFO that nobody writes to, or a terminal at which nobody types.</summary>
    [Theory]
    [InlineData("jobs submit FIFO")]
    [InlineData("jobs submit FIFO --check")]
    [InlineData("jobs submit -")]
    [InlineData("login http://127.0.0.1:1 --token-stdin")]
    public async Task ends_also_a_read_that_would_never_end(string command)
    {
        using var folder = new TestFolder();
        await MakeFifoAsync(folder.In("pipe"));
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() =>
            CommandLineProgram.RunAsync(
                command.Replace("FIFO", folder.In("pipe"), StringComparison.Ordinal).Split(' '),
                new CommandInvocation
                {
                    Output = TextWriter.Null,
                    Error = TextWriter.Null,
                    GivenInput = new SilentReader(),
                    Variable = name => name is "XDG_CONFIG_HOME" ? "/nonexistent" : null,
                },
                stop.Token
            )
        );
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        Assert.False(running.IsCompleted);

        await stop.CancelAsync();

        Assert.Equal(130, await running.WaitAsync(TimeSpan.FromSeconds(20)));
        // Nor may a thread of this process wait at it for ever.
        using var writer = Process.Start("timeout", ["1", "sh", "-c", $": >'{folder.In("pipe")}'"]);
        await writer.WaitForExitAsync();
    }

    [Theory]
    [InlineData(2, 130)]
    [InlineData(15, 143)]
    public async Task ends_a_process_that_reads_a_FIFO(int signal, int exitCode)
    {
        using var folder = new TestFolder();
        await MakeFifoAsync(folder.In("pipe"));
        using var process = CliProcess.Start(folder.Path, ["jobs", "submit", "pipe"]);
        // Opening it waits for the reader.
        await using var writer = await Task.Run(() =>
            new FileStream(folder.In("pipe"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite)
        );

        Assert.True(Unix.Signal(process.Id, signal));
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(exitCode, process.ExitCode);
        Assert.Equal("", await process.StandardError.ReadToEndAsync());
    }

    [Fact]
    public async Task that_follows_a_job_says_that_the_job_goes_on()
    {
        var followed = new TaskCompletionSource();
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            if (HttpMethods.IsGet(context.Request.Method))
            {
                followed.TrySetResult();
            }

            return context.Response.WriteAsJsonAsync(
                new
                {
                    id = Id,
                    name = "a",
                    status = "queued",
                    attempt = 1,
                }
            );
        });
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.In("job.json"), "{}");
        using var process = CliProcess.Start(
            folder.Path,
            ["jobs", "submit", "job.json", "-f", "--server", platform.Url]
        );
        var error = process.StandardError.ReadToEndAsync();
        await followed.Task;

        Assert.True(Unix.Signal(process.Id, 2));
        await process.WaitForExitAsync();

        Assert.Equal(130, process.ExitCode);
        Assert.Contains($"Job {Id} goes on: './platform jobs logs -f {Id}'", await error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(">/dev/full", "no space left on device")]
    [InlineData(">&-", "bad file descriptor")]
    public async Task that_cannot_print_says_so(string redirected, string reason)
    {
        var program = $"{BuiltPrograms.FolderOf("Platform.Cli")}/platform.dll";
        var start = new ProcessStartInfo(
            "sh",
            ["-c", $"'{BuiltPrograms.DotNet}' '{program}' completion bash {redirected}"]
        )
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;

        Assert.Equal(
            $"platform: The output cannot be written: {reason}.\n",
            await process.StandardError.ReadToEndAsync()
        );
        await process.WaitForExitAsync();
        Assert.Equal(1, process.ExitCode);
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

    private static async Task MakeFifoAsync(string path)
    {
        using var made = Process.Start("mkfifo", [path]);
        await made.WaitForExitAsync();
    }

    /// <summary>A terminal at which nobody types.</summary>
    private sealed class SilentReader : TextReader
    {
        public override int Read(char[] buffer, int index, int count)
        {
            using var key = new ManualResetEventSlim();
            key.Wait(TimeSpan.FromSeconds(30));
            return 0;
        }
    }
}
