using System.Runtime.InteropServices;
using Platform.LocalServers;

namespace Platform.Cli;

/// <summary>Ctrl-C and SIGTERM: they cancel a command, which then ends by itself.</summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>How long a command may take to end; demo stops what it started.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    private readonly StopSignals _signals = new(PosixSignal.SIGINT, PosixSignal.SIGTERM);
    private readonly CancellationTokenSource _cancelled;

    /// <param name="cancellationToken">Cancels the command too, as Ctrl-C does.</param>
    public Interruption(CancellationToken cancellationToken) =>
        _cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _signals.Token);

    public CancellationToken Cancelled => _cancelled.Token;

    /// <summary>What shells answer for a program that the signal ended.</summary>
    public int ExitCode => _signals.ExitCode ?? StopSignals.CodeOf(PosixSignal.SIGINT);

    /// <summary>Waits for the command, but not for ever once a signal has come.</summary>
    public async Task<int> LimitAsync(Task<int> command)
    {
        await Task.WhenAny(command, Task.Delay(Timeout.InfiniteTimeSpan, _signals.Token));
        if (!command.IsCompleted)
        {
            await Task.WhenAny(command, Task.Delay(_limit, CancellationToken.None));
        }

        return command.IsCompleted ? await command : ExitCode;
    }

    public void Dispose()
    {
        _cancelled.Dispose();
        _signals.Dispose();
    }
}
