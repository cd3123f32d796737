using System.Diagnostics;
using System.Text;

namespace Platform.Jobs.Tests.Harness;

/// <summary>A second replica of the service, in a process of its own, that can be killed.</summary>
internal sealed class JobsProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private JobsProcess(Process process)
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

    public static JobsProcess Start(TestDatabase database, params string[] settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Platform.Jobs.dll"));
        foreach (
            var setting in settings.Concat([
                "urls=http://127.0.0.1:0",
                $"ConnectionStrings:Platform={database.ConnectionString}",
                $"Platform:TokenKey={SignedIn.TokenKey}",
            ])
        )
        {
            start.ArgumentList.Add($"--{setting}");
        }

        return new JobsProcess(Process.Start(start)!);
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public void Kill() => _process.Kill(entireProcessTree: false);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        await _process.WaitForExitAsync();
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
