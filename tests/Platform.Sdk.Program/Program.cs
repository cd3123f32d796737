using System.Diagnostics;
using Platform.Sdk;

namespace Platform.SdkProgram;

/// <summary>A training that ends as its first argument says, tracked on the platform of the environment.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        switch (arguments[0])
        {
            case "leaves its run open":
                TrackedRun.Init().Log("loss", 1);
                return 0;
            case "returns 3":
                TrackedRun.Init().Log("loss", 1);
                return 3;
            case "throws":
                TrackedRun.Init();
                throw new InvalidOperationException("as told");
            case "throws in its block":
                Catching(() =>
                {
                    using var run = TrackedRun.Init();
                    throw new InvalidOperationException("as told");
                });
                return 0;
            case "catches in its block":
                using (TrackedRun.Init())
                {
                    Catching(() => throw new InvalidOperationException("as told"));
                }

                return 0;
            case "tracks while it handles an exception":
                try
                {
                    throw new InvalidOperationException("as told");
                }
                catch (InvalidOperationException)
                {
                    using var run = TrackedRun.Init();
                }

                return 0;
            case "waits":
                TrackedRun.Init();
                Console.WriteLine("ready");
                using (var never = new ManualResetEventSlim())
                {
                    never.Wait();
                }

                return 0;
            case "handles the signal before":
                using (var interrupted = new Interruption())
                using (var run = TrackedRun.Init(new TrackedRunOptions { EndOnSignal = false }))
                {
                    interrupted.Wait();
                    run.Log("loss", 1);
                }

                return 0;
            case "handles the signal after":
                using (var run = TrackedRun.Init())
                using (var interrupted = new Interruption())
                {
                    interrupted.Wait();
                    run.Log("loss", 1);
                }

                return 0;
            case "starts another":
                return Starting(arguments[1..]);
            case "is named":
                using (var run = TrackedRun.Init(new TrackedRunOptions { Name = arguments[1] }))
                {
                    run.Log(arguments[1], 1);
                }

                return 0;
            case "tracks another and starts one of its name":
                TrackedRun.Init();
                using (TrackedRun.Init(new TrackedRunOptions { Name = "trial" }))
                {
                    return Run(["is named", "trial"]);
                }

            case "prints":
                using (TrackedRun.Init(new TrackedRunOptions { CaptureConsole = true }))
                {
                    Print();
                }

                Console.WriteLine("afterwards");
                return 0;
            case "is killed":
                using (var run = TrackedRun.Init(new TrackedRunOptions { CaptureConsole = true }))
                {
                    Console.WriteLine("printed");
                    run.Log("loss", 1);
                    run.Flush(TimeSpan.FromSeconds(0.5));
                    Process.GetCurrentProcess().Kill();
                }

                return 0;
            case "tracks two":
                TrackedRun.Init(new TrackedRunOptions { Name = "first" });
                TrackedRun.Init(new TrackedRunOptions { Name = "second" }).Finish();
                return 0;
            default:
                throw new ArgumentException($"There is no '{arguments[0]}'.", nameof(arguments));
        }
    }

    private static int Starting(string[] arguments)
    {
        using var run = TrackedRun.Init();
        run.Log("loss", Run(arguments));
        return 0;
    }

    private static int Run(string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, [typeof(Program).Assembly.Location, .. arguments])
        )!;
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Lines, colors, a progress bar, and what has no end.</summary>
    private static void Print()
    {
        Console.WriteLine("to standard output");
        Console.Error.WriteLine("to \e[31mstandard error\e[0m");
        for (var percent = 0; percent <= 100; percent += 50)
        {
            Console.Write($"\r{percent} %");
        }

        Console.WriteLine();
        Console.Write('n');
        Console.Write("o {0}", "end");
    }

    private static void Catching(Action action)
    {
        try
        {
            action();
        }
        catch (InvalidOperationException)
        {
            // As told.
        }
    }

    /// <summary>Ctrl-C that does not end the process.</summary>
    private sealed class Interruption : IDisposable
    {
        private readonly ManualResetEventSlim _interrupted = new();

        public Interruption() => Console.CancelKeyPress += Cancel;

        public void Wait()
        {
            Console.WriteLine("ready");
            _interrupted.Wait();
        }

        public void Dispose()
        {
            Console.CancelKeyPress -= Cancel;
            _interrupted.Dispose();
        }

        private void Cancel(object? sender, ConsoleCancelEventArgs e)
        {
            e.Cancel = true;
            _interrupted.Set();
        }
    }
}
