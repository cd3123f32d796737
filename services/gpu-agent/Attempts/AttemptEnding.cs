using Platform.Contracts.Jobs;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Processes;

namespace Platform.GpuAgent.Attempts;

/// <summary>Gives every end of a process its one reason.</summary>
internal static class AttemptEnding
{
    private const int SignalBase = 128;
    private const int LastSignal = 31;

    /// <param name="endedAt">When the process ended.</param>
    /// <param name="stop">What was asked of it; without meaning when it had ended by then.</param>
    /// <param name="outOfMemory">The kernel killed for want of memory while it ran.</param>
    public static AttemptEnd Of(ProcessOutcome outcome, DateTimeOffset endedAt, StopRequest? stop, bool outOfMemory)
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
                "The system refused to execute the command; the log says why.",
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
                "The training and its supervisor were killed; nobody saw its exit code.",
                endedAt
            ),
            _ when signal is LibC.SigKill && outOfMemory => new AttemptEnd(
                EndReasons.OutOfMemory,
                null,
                "The kernel killed it for want of memory.",
                endedAt
            ),
            _ when signal is not null => new AttemptEnd(EndReasons.Killed, null, Describe(signal), endedAt),
            _ => new AttemptEnd(EndReasons.ExitCode, code, null, endedAt),
        };
    }

    private static string? Describe(int? signal) =>
        signal switch
        {
            null => null,
            4 => "Ended by SIGILL.",
            6 => "Ended by SIGABRT.",
            7 => "Ended by SIGBUS.",
            8 => "Ended by SIGFPE.",
            LibC.SigKill => "Ended by SIGKILL.",
            11 => "Ended by SIGSEGV.",
            LibC.SigTerm => "Ended by SIGTERM.",
            _ => $"Ended by signal {signal}.",
        };
}
