using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;

namespace Platform.GpuAgent.Journal;

/// <summary>How far an attempt has come. Each phase can be entered again after the agent died in it.</summary>
internal enum AttemptPhase
{
    /// <summary>The command is in the journal; the work folder is being made.</summary>
    Accepted,

    /// <summary>The work folder is complete; the shim may have been started.</summary>
    Starting,

    /// <summary>The training has an identity and may still run.</summary>
    Running,

    /// <summary>It is known how it ended; the rest of its log is being stored.</summary>
    Exited,

    /// <summary>The log is stored; outputs are being kept.</summary>
    Uploading,

    /// <summary>Everything is stored; the report is repeated until it is recorded.</summary>
    Reporting,

    /// <summary>The last report is recorded.</summary>
    Done,
}

/// <summary>The journal's state of one attempt.</summary>
internal sealed record AttemptEntry
{
    /// <summary>Counts the changes.</summary>
    public int Revision { get; init; }

    public required StartProcess Command { get; init; }
    public required AttemptPhase Phase { get; init; }
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>
    /// What to do, without the job's token: that goes into the training's environment and nowhere else.
    /// </summary>
    public AttemptWork? Work { get; init; }

    /// <summary>The machine's count of out-of-memory kills before the start.</summary>
    public long OutOfMemoryKills { get; init; }
    public ProcessStarted? Started { get; init; }
    public bool StartedRecorded { get; init; }
    public StopRequest? Stop { get; init; }
    public AttemptEnd? End { get; init; }
    public ProcessExited? Exited { get; init; }

    /// <summary>Output that was dropped because too much of it waited for the platform.</summary>
    public IReadOnlyList<SpoolGap> Gaps { get; init; } = [];
    public DateTimeOffset? ClosedAt { get; init; }

    public AttemptKey Key => new(Command.JobId, Command.Attempt);

    public bool IsFenced => string.Equals(Stop?.Reason, StopProcess.Fenced, StringComparison.Ordinal);
}

/// <summary>A request to stop an attempt.</summary>
/// <param name="Reason">One of <see cref="EndReasons"/>, or <see cref="StopProcess.Fenced"/>.</param>
internal sealed record StopRequest(string Reason, DateTimeOffset At, string? Detail = null);

/// <summary>How an attempt ended.</summary>
/// <param name="Reason">One of <see cref="EndReasons"/>.</param>
/// <param name="ExitCode">Null when it never started or a signal ended it.</param>
/// <param name="Detail">One sentence for users.</param>
internal sealed record AttemptEnd(string Reason, int? ExitCode, string? Detail, DateTimeOffset At)
{
    public bool Succeeded => Reason is EndReasons.ExitCode && ExitCode is 0;
}

/// <summary>Bytes of the spool that were dropped.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">The byte after the last; grows while the gap is open.</param>
/// <param name="Closed">Its size is final, and a line in the log states it.</param>
internal sealed record SpoolGap(long Start, long End, bool Closed);
