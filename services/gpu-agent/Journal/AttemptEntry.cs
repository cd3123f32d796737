using System.Text.Json.Serialization;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.GpuAgent.Linux;

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

/// <summary>The journal's state of one attempt, and how it changes: each method returns the state after one step.</summary>
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

    /// <summary>Its control group; null when it runs without limits.</summary>
    public JobGroup? Group { get; init; }
    public ProcessStarted? Started { get; init; }
    public bool StartedRecorded { get; init; }
    public StopRequest? Stop { get; init; }
    public AttemptEnd? End { get; init; }
    public ProcessExited? Exited { get; init; }

    /// <summary>Output that was dropped because too much of it waited for the platform.</summary>
    public IReadOnlyList<SpoolGap> Gaps { get; init; } = [];
    public DateTimeOffset? ClosedAt { get; init; }

    public AttemptKey Key => new(Command.JobId, Command.Attempt, Command.Rank);

    public bool IsFenced => Stop is { IsFence: true };

    /// <summary>A new attempt.</summary>
    public static AttemptEntry Accepted(StartProcess command, DateTimeOffset now) =>
        new()
        {
            Command = command,
            Phase = AttemptPhase.Accepted,
            AcceptedAt = now,
        };

    /// <summary>An attempt that was stopped before its start was received; it only has to be reported.</summary>
    public static AttemptEntry NeverStarted(StopProcess command, DateTimeOffset now)
    {
        var start = new StartProcess
        {
            NodeId = command.NodeId,
            JobId = command.JobId,
            Attempt = command.Attempt,
            Rank = command.Rank,
            Cpus = 0,
            MemoryMiB = 0,
            Gpus = [],
        };
        return Accepted(start, now).Stored(AttemptEnd.Of(command.Reason, null, EndingSentences.NeverStarted, now));
    }

    /// <summary>The work folder is complete.</summary>
    public AttemptEntry Staged(AttemptWork work, long outOfMemoryKills, JobGroup? group = null) =>
        this with
        {
            Phase = AttemptPhase.Starting,
            Work = work with { Token = "" },
            OutOfMemoryKills = outOfMemoryKills,
            Group = group,
        };

    /// <summary>The training runs.</summary>
    public AttemptEntry Running(DateTimeOffset startedAt) =>
        this with
        {
            Phase = AttemptPhase.Running,
            Started = new ProcessStarted
            {
                ReportId = Guid.CreateVersion7(),
                NodeId = Command.NodeId,
                JobId = Command.JobId,
                Attempt = Command.Attempt,
                Rank = Command.Rank,
                At = startedAt,
            },
        };

    /// <summary>The training has ended, or will never start. Also a clock that was set back ends nothing before its start.</summary>
    public AttemptEntry Ended(AttemptEnd end) =>
        this with
        {
            Phase = AttemptPhase.Exited,
            End = end.At < Started?.At ? end with { At = Started.At } : end,
        };

    /// <summary>It was stopped before it started.</summary>
    public AttemptEntry EndedBeforeStart(DateTimeOffset now) =>
        Ended(AttemptEnd.Of(Stop!.Reason, null, Stop.Said ?? EndingSentences.StoppedBeforeStart, now));

    /// <summary>The whole log is stored.</summary>
    public AttemptEntry LogStored() => this with { Phase = AttemptPhase.Uploading };

    /// <summary>Everything that is kept of it is stored.</summary>
    /// <param name="end">With what storing the outputs has added.</param>
    public AttemptEntry Stored(AttemptEnd end) =>
        this with
        {
            Phase = AttemptPhase.Reporting,
            End = end,
            Exited = new ProcessExited
            {
                ReportId = Guid.CreateVersion7(),
                NodeId = Command.NodeId,
                JobId = Command.JobId,
                Attempt = Command.Attempt,
                Rank = Command.Rank,
                At = end.At,
                StartedAt = Started?.At,
                ExitCode = end.ExitCode,
                Reason = end.Reason,
                Detail = end.Detail,
                DetailCode = end.DetailCode,
            },
        };

    /// <summary>Nothing is left to do.</summary>
    public AttemptEntry Closed(DateTimeOffset now) => this with { Phase = AttemptPhase.Done, ClosedAt = now };

    /// <summary>It is to stop. The end of an attempt that has ended does not change, unless it is fenced.</summary>
    public AttemptEntry Stopping(StopRequest request)
    {
        var canStop = request.IsFence || (Stop is null && Phase < AttemptPhase.Exited);
        return canStop && Phase is not AttemptPhase.Done && !IsFenced ? this with { Stop = request } : this;
    }

    /// <summary>A report is recorded; other reports' ids change nothing.</summary>
    public AttemptEntry Recorded(Guid reportId, DateTimeOffset now) =>
        Started?.ReportId == reportId && !StartedRecorded ? this with { StartedRecorded = true }
        : Exited?.ReportId == reportId && Phase is AttemptPhase.Reporting ? Closed(now)
        : this;
}

/// <summary>A request to stop an attempt.</summary>
/// <param name="Reason">One of <see cref="EndReasons"/>, or <see cref="StopProcess.Fenced"/>.</param>
internal sealed record StopRequest(
    string Reason,
    DateTimeOffset At,
    string? Detail = null,
    SentenceCode? DetailCode = null
)
{
    /// <summary>The detail with its code.</summary>
    [JsonIgnore]
    public Sentence? Said => Sentence.Of(Detail, DetailCode);

    public static StopRequest For(string reason, DateTimeOffset at, Sentence? said) =>
        new(reason, at, said?.Text, said?.Code);

    public bool IsFence => string.Equals(Reason, StopProcess.Fenced, StringComparison.Ordinal);
}

/// <summary>How an attempt ended.</summary>
/// <param name="Reason">One of <see cref="EndReasons"/>.</param>
/// <param name="ExitCode">Null when it never started or a signal ended it.</param>
/// <param name="Detail">One sentence for users.</param>
/// <param name="DetailCode">The same for other languages; null in journals of release 0.1.0.</param>
internal sealed record AttemptEnd(
    string Reason,
    int? ExitCode,
    string? Detail,
    DateTimeOffset At,
    SentenceCode? DetailCode = null
)
{
    /// <summary>The detail with its code.</summary>
    [JsonIgnore]
    public Sentence? Said => Sentence.Of(Detail, DetailCode);

    public static AttemptEnd Of(string reason, int? exitCode, Sentence? said, DateTimeOffset at) =>
        new(reason, exitCode, said?.Text, at, said?.Code);

    public AttemptEnd Saying(Sentence? said) => this with { Detail = said?.Text, DetailCode = said?.Code };

    public bool Succeeded => Reason is EndReasons.ExitCode && ExitCode is 0;
}

/// <summary>Bytes of the spool that were dropped.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">The byte after the last; grows while the gap is open.</param>
/// <param name="Closed">Its size is final, and a line in the log states it.</param>
internal sealed record SpoolGap(long Start, long End, bool Closed);
