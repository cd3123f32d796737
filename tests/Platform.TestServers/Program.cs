using System.Runtime.InteropServices;
using Platform.LocalServers;
using Platform.TestServers;

// Starts a PostgreSQL and a RabbitMQ for a test run, says on standard error where they run, and prints the variables that tests
// read, then an empty line. The servers are stopped when standard input ends, also because the caller was killed, or at Ctrl-C.
using var ended = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
_ = Task.Run(WaitForTheEndOfInput);

var folder = args.FirstOrDefault();
using var temporary = folder is null ? new TemporaryFolder() : null;
await using var servers = new ServersOfTheRun(Path.GetFullPath(folder ?? temporary!.Path), Console.Error);
try
{
    foreach (var (variable, address) in await servers.StartAsync(ended.Token))
    {
        Console.WriteLine($"{variable}={address}");
    }

    Console.WriteLine();
    await Task.Delay(Timeout.Infinite, ended.Token);
}
catch (LocalServerException exception)
{
    Console.Error.WriteLine($"platform: {exception.Message}");
    return 1;
}
catch (Exception) when (ended.IsCancellationRequested)
{
    // The end of the run, perhaps while a server started.
}

return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    ended.Cancel();
}

void WaitForTheEndOfInput()
{
    while (Console.In.ReadLine() is not null)
    {
        // Only the end counts.
    }

    ended.Cancel();
}
