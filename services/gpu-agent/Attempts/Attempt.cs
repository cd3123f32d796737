using Platform.Contracts.Agents;
using Platform.GpuAgent.Files;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Logs;
using Platform.GpuAgent.Outputs;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.Server;
using Platform.Sdk;

namespace Platform.GpuAgent.Attempts;

/// <summary>
/// Drives one attempt from phase to phase. All durable state is in the journal and in the shim's files, so a new agent
/// continues wherever the last one died; every phase may run twice.
/// </summary>
internal sealed partial class Attempt : IDisposable
{
    private const long MiB = 1024 * 1024;

    private readonly AttemptServices _services;
    private readonly AttemptJournal _journal;
    private readonly TrainingProcess _process;
    private readonly AttemptProcesses _processes;
    private readonly LogShipper _shipper;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _fence = new();
    private readonly TaskCompletionSource _startedRecorded = NewSignal();
    private readonly TaskCompletionSource _exitedRecorded = NewSignal();
    private CheckpointSync? _checkpoints;

    public Attempt(AttemptJournal journal, AttemptServices services)
    {
        _services = services;
        _journal = journal;
        _process = new TrainingProcess(Folder);
        _processes = new AttemptProcesses(Key, Folder);
        _shipper = new LogShipper(journal, services.Jobs, services.Options.SpoolMiB * MiB, services.Log);
        Signal(journal.Entry);
    }

    public AttemptKey Key => _journal.Entry.Key;

    public AttemptEntry Entry => _journal.Entry;

    public AttemptFolder Folder => _journal.Folder;

    /// <summary>
    /// Whether records that its training could not send are left to send; those of a fenced attempt are not sent.
    /// </summary>
    public bool HasUnsentRecords =>
        Entry is { IsFenced: false, Work: { } work }
        && UnsentSpools.RunsIn(Folder.Unsent).Contains($"{work.RunId}", StringComparer.Ordinal);

    /// <summary>Completes when the last report is recorded, or with the agent.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <param name="predecessors">Earlier attempts of the job on this node, which must end first.</param>
    public void Run(IReadOnlyList<Task> predecessors, CancellationToken shutdown) =>
        Completion = Task.Run(() => RunAsync(predecessors, shutdown), CancellationToken.None);

    /// <summary>The command is on disk when this returns.</summary>
    public void FlushCommand() => _journal.Flush();

    /// <summary>
    /// Durable when it returns. The end of an attempt that has ended does not change, unless it is fenced.
    /// </summary>
    public void RequestStop(string reason, string? detail = null)
    {
        var request = new StopRequest(reason, _services.Clock.GetUtcNow(), detail);
        var fence = string.Equals(reason, StopProcess.Fenced, StringComparison.Ordinal);
        Signal(
            _journal.Update(entry =>
                entry.Phase is AttemptPhase.Done || entry.IsFenced ? entry
                : fence || (entry.Stop is null && entry.Phase < AttemptPhase.Exited) ? entry with { Stop = request }
                : entry
            )
        );
    }

    /// <summary>Notes that a report of this attempt is stored; other reports' ids change nothing.</summary>
    public void RecordReport(Guid reportId) =>
        Signal(
            _journal.Note(entry =>
                entry.Started?.ReportId == reportId && !entry.StartedRecorded ? entry with { StartedRecorded = true }
                : entry.Exited?.ReportId == reportId && entry.Phase is AttemptPhase.Reporting ? Closed(entry)
                : entry
            )
        );

    /// <summary>Publishes the last report again.</summary>
    public async Task ReportAgainAsync(CancellationToken cancellationToken)
    {
        var entry = Entry;
        if (entry.IsFenced)
        {
            return;
        }

        if (entry.Exited is { } exited)
        {
            await _services.Reports.TryPublishAsync(exited, cancellationToken);
        }
        else if (entry.Started is { } started)
        {
            await _services.Reports.TryPublishAsync(started, cancellationToken);
        }
    }

    public void Dispose()
    {
        _shipper.Dispose();
        _stop.Dispose();
        _fence.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AttemptEntry Closed(AttemptEntry entry) =>
        entry with
        {
            Phase = AttemptPhase.Done,
            ClosedAt = _services.Clock.GetUtcNow(),
        };

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

    private async Task RunAsync(IReadOnlyList<Task> predecessors, CancellationToken shutdown)
    {
        using var lease = CancellationTokenSource.CreateLinkedTokenSource(shutdown, _fence.Token);
        while (Entry.Phase is not AttemptPhase.Done && !shutdown.IsCancellationRequested)
        {
            try
            {
                if (Entry.IsFenced)
                {
                    await PersistAsync(FenceAsync, shutdown);
                }
                else
                {
                    await Task.WhenAll(predecessors).WaitAsync(lease.Token);
                    await PersistAsync(StepAsync, lease.Token);
                }
            }
            catch (OperationCanceledException) when (lease.IsCancellationRequested)
            {
                // The agent stops, or the attempt was fenced: the loop checks which.
            }
        }

        if (Entry.Phase is AttemptPhase.Done)
        {
            CleanUp();
        }
    }

    /// <summary>An attempt is not given up because of a failure here: its training runs.</summary>
    private Task PersistAsync(Func<CancellationToken, Task> step, CancellationToken cancellationToken) =>
        Retry.WhileAsync(
            _ => true,
            step,
            exception =>
                _services.Log.LogError(exception, "{Attempt} failed in phase {Phase} and is retried", Key, Entry.Phase),
            cancellationToken
        );

    private Task StepAsync(CancellationToken lease) =>
        Entry.Phase switch
        {
            AttemptPhase.Accepted => StageAsync(lease),
            AttemptPhase.Starting => StartAsync(lease),
            AttemptPhase.Running => WatchAsync(lease),
            AttemptPhase.Exited => SettleAsync(lease),
            AttemptPhase.Uploading => UploadAsync(lease),
            _ => ReportAsync(lease),
        };

    private async Task FenceAsync(CancellationToken shutdown)
    {
        _services.Log.LogWarning("{Attempt} no longer holds the lease and is removed", Key);
        if (!ShimClaim.TryTake(Folder))
        {
            await _process.WaitForStartAsync(shutdown);
            await _processes.StopAsync(_services.Options.Grace, shutdown);
        }

        _journal.Note(Closed);
    }

    private void CleanUp()
    {
        _shipper.Dispose();
        try
        {
            File.Delete(Folder.Spool);
            if (!WorkRetention.IsKept(Entry, _services.Options, _services.Clock.GetUtcNow()))
            {
                FileTree.Delete(Folder.Work);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _services.Log.LogWarning("The folder of {Attempt} is removed later: {Reason}", Key, exception.Message);
        }
    }
}
