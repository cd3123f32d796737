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
        using var process = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, [typeof(Program).Assembly.Location, .. arguments])
        )!;
        process.WaitForExit();
        run.Log("loss", process.ExitCode);
        return 0;
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
