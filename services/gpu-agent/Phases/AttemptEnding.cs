using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.Processes;

namespace Platform.GpuAgent.Phases;

/// <summary>Maps each way a process can end to one reason.</summary>
internal static class AttemptEnding
{
    private const int SignalBase = 128;
    private const int LastSignal = 31;

    /// <param name="endedAt">When the process ended.</param>
    /// <param name="stop">The stop request, if any; ignored when the process had already ended.</param>
    /// <param name="outOfMemory">Null unless the kernel's out-of-memory killer acted while it ran.</param>
    public static AttemptEnd Of(
        ProcessOutcome outcome,
        DateTimeOffset endedAt,
        StopRequest? stop,
        OutOfMemory? outOfMemory
    )
    {
        int? signal = outcome is ProcessOutcome.Exited { Code: > SignalBase and <= SignalBase + LastSignal } killed
            ? killed.Code - SignalBase
            : null;
        int? code = signal is null && outcome is ProcessOutcome.Exited exited ? exited.Code : null;
        if (stop is not null && !(outcome is ProcessOutcome.Exited && endedAt < stop.At))
        {
            return AttemptEnd.Of(stop.Reason, code, stop.Said ?? Describe(signal), endedAt);
        }

        return outcome switch
        {
            ProcessOutcome.NotStarted => AttemptEnd.Of(
                EndReasons.CouldNotStart,
                null,
                EndingSentences.NotExecuted,
                endedAt
            ),
            ProcessOutcome.Vanished { MachineRestarted: true } => AttemptEnd.Of(
                EndReasons.NodeLost,
                null,
                EndingSentences.MachineRestarted,
                endedAt
            ),
            ProcessOutcome.Vanished => AttemptEnd.Of(
                EndReasons.Killed,
                null,
                EndingSentences.SupervisorKilled,
                endedAt
            ),
            _ when signal is LibC.SigKill && outOfMemory is not null => AttemptEnd.Of(
                EndReasons.OutOfMemory,
                null,
                outOfMemory.Describe(ofProcess: false),
                endedAt
            ),
            _ when signal is not null => AttemptEnd.Of(EndReasons.Killed, null, Describe(signal), endedAt),
            // What the kernel killed was its own, and not its main process.
            _ when outOfMemory?.Use is not null => AttemptEnd.Of(
                code is 0 ? EndReasons.ExitCode : EndReasons.OutOfMemory,
                code,
                outOfMemory.Describe(ofProcess: true),
                endedAt
            ),
            _ => AttemptEnd.Of(EndReasons.ExitCode, code, null, endedAt),
        };
    }

    private static Sentence? Describe(int? signal) =>
        signal switch
        {
            null => null,
            1 => EndingSentences.Signal.With("SIGHUP"),
            2 => EndingSentences.Signal.With("SIGINT"),
            3 => EndingSentences.Signal.With("SIGQUIT"),
            4 => EndingSentences.Signal.With("SIGILL"),
            6 => EndingSentences.Signal.With("SIGABRT"),
            7 => EndingSentences.Signal.With("SIGBUS"),
            8 => EndingSentences.Signal.With("SIGFPE"),
            LibC.SigKill => EndingSentences.Signal.With("SIGKILL"),
            10 => EndingSentences.Signal.With("SIGUSR1"),
            11 => EndingSentences.Signal.With("SIGSEGV"),
            12 => EndingSentences.Signal.With("SIGUSR2"),
            13 => EndingSentences.Signal.With("SIGPIPE"),
            14 => EndingSentences.Signal.With("SIGALRM"),
            LibC.SigTerm => EndingSentences.Signal.With("SIGTERM"),
            24 => EndingSentences.Signal.With("SIGXCPU"),
            25 => EndingSentences.Signal.With("SIGXFSZ"),
            31 => EndingSentences.Signal.With("SIGSYS"),
            { } other => EndingSentences.SignalNumber.With(other),
        };
}
