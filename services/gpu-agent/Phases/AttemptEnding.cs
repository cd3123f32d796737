using Platform.Contracts.Jobs;
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
            return new AttemptEnd(stop.Reason, code, stop.Detail ?? Describe(signal), endedAt);
        }

        return outcome switch
        {
            ProcessOutcome.NotStarted => new AttemptEnd(
                EndReasons.CouldNotStart,
                null,
                "The system refused to execute the command; the log states the reason.",
                endedAt
            ),
            ProcessOutcome.Vanished { MachineRestarted: true } => new AttemptEnd(
                EndReasons.NodeLost,
                null,
                "The machine restarted while the training ran.",
                endedAt
            ),
            ProcessOutcome.Vanished => new AttemptEnd(
                EndReasons.Killed,
                null,
                "The training and its supervisor were killed; its exit code is unknown.",
                endedAt
            ),
            _ when signal is LibC.SigKill && outOfMemory is not null => new AttemptEnd(
                EndReasons.OutOfMemory,
                null,
                outOfMemory.Describe("it"),
                endedAt
            ),
            _ when signal is not null => new AttemptEnd(EndReasons.Killed, null, Describe(signal), endedAt),
            // What the kernel killed was its own, and not its main process.
            _ when outOfMemory?.Use is not null => new AttemptEnd(
                code is 0 ? EndReasons.ExitCode : EndReasons.OutOfMemory,
                code,
                outOfMemory.Describe("a process of it"),
                endedAt
            ),
            _ => new AttemptEnd(EndReasons.ExitCode, code, null, endedAt),
        };
    }

    private static string? Describe(int? signal) =>
        signal switch
        {
            null => null,
            1 => "Ended by SIGHUP.",
            2 => "Ended by SIGINT.",
            3 => "Ended by SIGQUIT.",
            4 => "Ended by SIGILL.",
            6 => "Ended by SIGABRT.",
            7 => "Ended by SIGBUS.",
            8 => "Ended by SIGFPE.",
            LibC.SigKill => "Ended by SIGKILL.",
            10 => "Ended by SIGUSR1.",
            11 => "Ended by SIGSEGV.",
            12 => "Ended by SIGUSR2.",
            13 => "Ended by SIGPIPE.",
            14 => "Ended by SIGALRM.",
            LibC.SigTerm => "Ended by SIGTERM.",
            24 => "Ended by SIGXCPU.",
            25 => "Ended by SIGXFSZ.",
            31 => "Ended by SIGSYS.",
            _ => $"Ended by signal {signal}.",
        };
}
