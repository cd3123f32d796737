using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Limits;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.Logs;
using Platform.GpuAgent.Outputs;
using Platform.GpuAgent.Processes;

namespace Platform.GpuAgent.Phases;

/// <summary>
/// One attempt as its phases see it: its entry in the journal, the signals that others send it, and what is kept in
/// memory from phase to phase. A new agent begins with none of the latter.
/// </summary>
internal sealed class AttemptContext : IDisposable
{
    private const long MiB = 1024 * 1024;

    private static readonly TimeSpan _groupLimit = TimeSpan.FromSeconds(1);

    private readonly AttemptJournal _journal;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _fence = new();
    private readonly TaskCompletionSource _startedRecorded = NewSignal();
    private readonly TaskCompletionSource _exitedRecorded = NewSignal();
    private CheckpointSync? _checkpoints;

    public AttemptContext(AttemptJournal journal, AttemptServices services)
    {
        _journal = journal;
        Services = services;
        Process = new TrainingProcess(Folder);
        Processes = new AttemptProcesses(Key, Folder, () => Entry.Group);
        Shipper = new LogShipper(journal, services.Jobs, services.Options.SpoolMiB * MiB, services.Log);
        StopRequested = _stop.Token;
        Fenced = _fence.Token;
        Signal(journal.Entry);
    }

    public AttemptServices Services { get; }

    public AttemptEntry Entry => _journal.Entry;

    public AttemptKey Key => _journal.Entry.Key;

    public AttemptFolder Folder => _journal.Folder;

    public TrainingProcess Process { get; }

    public AttemptProcesses Processes { get; }

    public LogShipper Shipper { get; }

    /// <summary>Can be used once the work is known.</summary>
    public CheckpointSync Checkpoints =>
        _checkpoints ??= new CheckpointSync(
            Folder.Checkpoints,
            Key,
            Entry.Work!,
            Services.Artifacts,
            Services.Blobs,
            Services.Log
        );

    /// <summary>The work with the job's token, which is never written to disk; null until this agent has fetched it.</summary>
    public AttemptWork? Work { get; set; }

    /// <summary>Cancelled when the attempt is to stop, for any reason but that it is fenced.</summary>
    public CancellationToken StopRequested { get; }

    /// <summary>Cancelled when the attempt no longer holds its lease.</summary>
    public CancellationToken Fenced { get; }

    public Task StartedRecorded => _startedRecorded.Task;

    public Task ExitedRecorded => _exitedRecorded.Task;

    public DateTimeOffset Now => Services.Clock.GetUtcNow();

    /// <summary>
    /// When the training started. Start and end are the times of files that the shim writes: the agent looks only later, and a
    /// short training has ended by then. The training can change those times, but not to before its command or to the future.
    /// </summary>
    public DateTimeOffset StartedAt
    {
        get
        {
            var at = Recorded(Folder.StartedAtUtc);
            return at < Entry.AcceptedAt ? Entry.AcceptedAt : at;
        }
    }

    /// <summary>When the training ended, by the same clock.</summary>
    public DateTimeOffset EndedAt => Recorded(Folder.ExitedAtUtc);

    /// <inheritdoc cref="JobLimits.Make"/>
    public JobGroup? MakeGroup() =>
        Services.Limits.Make(Key, Entry.Command.Cpus, Entry.Command.MemoryMiB, Services.Log);

    /// <summary>Kills what runs of the attempt, and removes its control group.</summary>
    public async Task StopProcessesAsync(CancellationToken cancellationToken)
    {
        if (!await Processes.StopAsync(Services.Options.Grace, cancellationToken))
        {
            Services.Log.LogError("Processes of {Attempt} cannot be killed", Key);
        }

        if (Entry.Group is { } group && !await group.RemoveAsync(_groupLimit, cancellationToken))
        {
            Services.Log.LogWarning("The control group of {Attempt} is removed later", Key);
        }
    }

    /// <inheritdoc cref="AttemptEntry.Stopping"/>
    /// <remarks>Durable when it returns.</remarks>
    public void RequestStop(string reason, Sentence? detail = null)
    {
        var request = StopRequest.For(reason, Now, detail);
        Signal(_journal.Update(entry => entry.Stopping(request)));
    }

    /// <inheritdoc cref="AttemptEntry.Recorded"/>
    public void RecordReport(Guid reportId) => Note(entry => entry.Recorded(reportId, Now));

    /// <summary>Notes in the journal what a phase has led to.</summary>
    public void Note(Outcome outcome) => Signal(_journal.Note(entry => outcome(entry)));

    /// <summary>The command is on disk when this returns.</summary>
    public void FlushCommand() => _journal.Flush();

    /// <inheritdoc cref="AttemptJournal.Reserve"/>
    public void ReserveSpace() => _journal.Reserve();

    public void Dispose()
    {
        Shipper.Dispose();
        _stop.Dispose();
        _fence.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DateTimeOffset Recorded(DateTime? written)
    {
        var now = Now;
        return written is { } utc && new DateTimeOffset(utc) is var at && at < now ? at : now;
    }

    private void Signal(AttemptEntry entry)
    {
        if (entry.IsFenced)
        {
            _ = _fence.CancelAsync();
        }
        else if (entry.Stop is not null)
        {
            _ = _stop.CancelAsync();
        }

        if (entry.StartedRecorded)
        {
            _startedRecorded.TrySetResult();
        }

        if (entry.Phase is AttemptPhase.Done)
        {
            _exitedRecorded.TrySetResult();
        }
    }
}
