using Platform.Contracts.Sentences;

namespace Platform.GpuAgent;

/// <summary>Why an attempt ended, as the agent reports it.</summary>
internal static class EndingSentences
{
    public static readonly Template NeverStarted = new("ending.never-started", "It never started on this node.");

    public static readonly Template StoppedBeforeStart = new(
        "ending.stopped-before-start",
        "It was stopped before it started."
    );

    public static readonly Template AgentStopped = new("ending.agent-stopped", "The node's agent was stopped.");

    public static readonly Template<int> TimedOut = new("ending.timed-out", "It ran longer than {seconds} s.");

    public static readonly Template<long, long> FolderTooLarge = new(
        "ending.folder-too-large",
        "The work folder used {usedMiB} MiB; the node's limit is {limitMiB} MiB."
    );

    public static readonly Template<long> DiskFull = new(
        "ending.disk-full",
        "The node's disk is full; the work folder uses {usedMiB} MiB of it."
    );

    public static readonly Template EndedBeforeStart = new(
        "ending.ended-before-start",
        "The process ended before it started."
    );

    public static readonly Template KilledBeforeStart = new(
        "ending.killed-before-start",
        "The process was killed before it started."
    );

    public static readonly Template<string> SystemError = new("ending.system-error", "{message}");

    public static readonly Template NotExecuted = new(
        "ending.not-executed",
        "The system could not execute the command; the log has the reason."
    );

    public static readonly Template MachineRestarted = new(
        "ending.machine-restarted",
        "The machine restarted while the training ran."
    );

    public static readonly Template SupervisorKilled = new(
        "ending.supervisor-killed",
        "The training and its supervisor were killed; its exit code is unknown."
    );

    public static readonly Template<string> Signal = new("ending.signal", "Ended by {signal}.");
    public static readonly Template<int> SignalNumber = new("ending.signal-number", "Ended by signal {number}.");

    public static readonly Template<long, long, long> OutOfMemoryAtLimit = new(
        "ending.out-of-memory-at-limit",
        "Killed at its memory limit (peak {peakMiB} of {limitMiB} MiB). Request more, such as {moreMiB} MiB (resources.memoryMiB)."
    );

    public static readonly Template<long, long, long> ProcessOutOfMemoryAtLimit = new(
        "ending.process-out-of-memory-at-limit",
        "One of its processes was killed at the memory limit (peak {peakMiB} of {limitMiB} MiB). Request more, such as {moreMiB} MiB (resources.memoryMiB)."
    );

    public static readonly Template<long, long, long> OutOfMemoryBelowLimit = new(
        "ending.out-of-memory-below-limit",
        "Killed for lack of memory (peak {peakMiB} MiB, limit {limitMiB} MiB): it allocated more than the limit at once, or the node ran out of memory. Request more, such as {moreMiB} MiB (resources.memoryMiB)."
    );

    public static readonly Template<long, long, long> ProcessOutOfMemoryBelowLimit = new(
        "ending.process-out-of-memory-below-limit",
        "One of its processes was killed for lack of memory (peak {peakMiB} MiB, limit {limitMiB} MiB): it allocated more than the limit at once, or the node ran out of memory. Request more, such as {moreMiB} MiB (resources.memoryMiB)."
    );

    public static readonly Template<int> NodeOutOfMemory = new(
        "ending.node-out-of-memory",
        "Killed because the node ran out of memory. The job requested {askedMiB} MiB, which is not enforced on this node; request what it needs (resources.memoryMiB)."
    );

    public static readonly Template<int, Sentence> WorkRefused = new(
        "ending.work-refused",
        "The platform refused to return what to run. {httpStatus}: {why}"
    );

    public static readonly Template EmptyCommand = new("ending.empty-command", "The command is empty.");

    public static readonly Template<string> ProgramNotInPath = new(
        "ending.program-not-in-path",
        "The program '{program}' was not found in the PATH of the node."
    );

    public static readonly Template<string> ProgramIsFolder = new(
        "ending.program-is-folder",
        "The program '{program}' is a folder."
    );

    public static readonly Template<string> ProgramMissing = new(
        "ending.program-missing",
        "The program '{program}' does not exist."
    );

    public static readonly Template<string> ProgramNotExecutable = new(
        "ending.program-not-executable",
        "The program '{program}' is not executable."
    );
}
