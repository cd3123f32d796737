using System.Runtime.InteropServices;

namespace Platform.Standalone;

/// <summary>
/// Ctrl-C and SIGTERM as a token, available from the start: also while the database is being created.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            _registrations.Add(
                PosixSignalRegistration.Create(
                    signal,
                    context =>
                    {
                        context.Cancel = true;
                        ExitCode = 128 + NumberOf(signal);
                        _stop.Cancel();
                    }
                )
            );
        }
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>What a shell expects of a program that a signal ended before it had begun; 0 without one.</summary>
    public int ExitCode { get; private set; }

    private static int NumberOf(PosixSignal signal) =>
        signal switch
        {
            PosixSignal.SIGHUP => 1,
            PosixSignal.SIGINT => 2,
            _ => 15,
        };

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }
}
