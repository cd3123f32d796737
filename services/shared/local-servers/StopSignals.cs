using System.Runtime.InteropServices;

namespace Platform.LocalServers;

/// <summary>Signals that end a program, such as Ctrl-C, as a token: the program ends by itself.</summary>
public sealed class StopSignals : IDisposable
{
    /// <summary>What shells add to a signal's number.</summary>
    private const int Signalled = 128;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <param name="signals">Which: SIGHUP, SIGINT and SIGTERM can be taken.</param>
    public StopSignals(params IReadOnlyList<PosixSignal> signals)
    {
        ArgumentNullException.ThrowIfNull(signals);
        foreach (var signal in signals)
        {
            _registrations.Add(
                PosixSignalRegistration.Create(
                    signal,
                    context =>
                    {
                        context.Cancel = true;
                        ExitCode = CodeOf(signal);
                        _stop.Cancel();
                    }
                )
            );
        }
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>What shells answer for a program that the signal ended; null while none has come.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>What shells answer for a program that a signal ended.</summary>
    public static int CodeOf(PosixSignal signal) =>
        Signalled
        + signal switch
        {
            PosixSignal.SIGHUP => 1,
            PosixSignal.SIGINT => 2,
            PosixSignal.SIGTERM => 15,
            _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "Not a signal that ends programs."),
        };

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }
}
