using Platform.LocalServers;

namespace Platform.Standalone.Tests;

/// <summary>The real program on a separate data folder.</summary>
internal sealed class StandaloneProcess : IAsyncDisposable
{
    private readonly TestFolder _folder = new();

    public string Data => _folder.In("data");

    public int Port { get; } = Ports.Free();

    public LocalProcess? Process { get; private set; }

    public RunningPlatform? Running => RunningPlatform.Find(Data);

    public LocalProcess? Postgres => PrivatePostgres.ProcessOf(Path.Combine(Data, "postgres"));

    public string Output => File.Exists(Log) ? File.ReadAllText(Log) : "";

    private string Log => _folder.In("output");

    /// <summary>Starts it without waiting.</summary>
    public LocalProcess Start(params IReadOnlyList<string> arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Platform.Standalone.dll");
        return Process = LocalProcess.Start(
            ["dotnet", program, $"--data={Data}", $"--port={Port}", .. arguments],
            _folder.Path,
            Log
        );
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task UpAsync(params IReadOnlyList<string> arguments)
    {
        var process = Start(arguments);
        await WaitFor.ConditionAsync(
            "the platform to be ready",
            () =>
            {
                Assert.True(process.IsRunning, $"It ended while it started:\n{Output}");
                return Task.FromResult(Running?.Process() == process);
            },
            TimeSpan.FromMinutes(2),
            () => Output
        );
    }

    public async Task KillAsync()
    {
        Assert.True(Unix.Signal(Process!.Id, Unix.Kill));
        await WaitFor.ConditionAsync("the platform to end", () => Task.FromResult(!Process.IsRunning));
    }

    public async ValueTask DisposeAsync()
    {
        if (Process is not null)
        {
            await Process.StopAsync(TimeSpan.FromSeconds(60));
        }

        await PrivatePostgres.StopAsync(Path.Combine(Data, "postgres"));
        _folder.Dispose();
    }
}
