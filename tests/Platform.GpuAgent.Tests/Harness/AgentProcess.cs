using System.Diagnostics;
using System.Text;
using Platform.GpuAgent.Linux;

namespace Platform.GpuAgent.Tests.Harness;

/// <summary>An agent in its own process.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private AgentProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static AgentProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Platform.GpuAgent.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new AgentProcess(Process.Start(start)!);
    }

    /// <summary>An agent of this platform.</summary>
    public static AgentProcess Start(
        FakePlatform platform,
        TemporaryFolder folder,
        string token = FakePlatform.JoinToken
    ) =>
        Start(
            $"--Agent:Server={platform.Url}",
            $"--Agent:JoinToken={token}",
            $"--Agent:StateFolder={folder.In("state")}",
            "--Agent:GraceSeconds=1",
            "--Agent:Labels:zone=lab",
            "--Logging:Format=json"
        );

    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>As Ctrl-C or <c>kill</c>.</summary>
    public void Terminate() => LibC.Signal(_process.Id, LibC.SigTerm);

    /// <summary>As <c>kill -9</c>: the agent only.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: false);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Note(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
