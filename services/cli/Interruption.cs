using System.Runtime.InteropServices;

namespace Platform.Cli;

/// <summary>Ctrl-C and SIGTERM: they cancel a command, which then ends by itself.</summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>What shells add to a signal's number.</summary>
    private const int Signalled = 128;

    /// <summary>SIGINT, of Ctrl-C.</summary>
    private const int Interrupt = 2;

    /// <summary>SIGTERM.</summary>
    private const int Terminate = 15;

    /// <summary>How long a command may take to end; demo stops what it started.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _cancelled;
    private readonly TaskCompletionSource _came = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IReadOnlyList<PosixSignalRegistration> _signals;

    /// <param name="cancellationToken">Cancels the command too, as Ctrl-C does.</param>
    public Interruption(CancellationToken cancellationToken)
    {
        _cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Cancel(signal, Interrupt)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Cancel(signal, Terminate)),
        ];
    }

    public CancellationToken Cancelled => _cancelled.Token;

    /// <summary>What shells answer for a program that the signal ended.</summary>
    public int ExitCode { get; private set; } = Signalled + Interrupt;

    /// <summary>Waits for the command, but not for ever once it is cancelled.</summary>
    public async Task<int> LimitAsync(Task<int> command)
    {
        await Task.WhenAny(command, _came.Task);
        if (!command.IsCompleted)
        {
            await Task.WhenAny(command, Task.Delay(_limit, CancellationToken.None));
        }

        return command.IsCompleted ? await command : ExitCode;
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _cancelled.Dispose();
    }

    private void Cancel(PosixSignalContext signal, int number)
    {
        signal.Cancel = true;
        ExitCode = Signalled + number;
        _cancelled.Cancel();
        _came.TrySetResult();
    }
}
