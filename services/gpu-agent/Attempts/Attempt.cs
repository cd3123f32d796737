using Platform.Contracts.Sentences;
using Platform.EventStore;
using Platform.GpuAgent.Files;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Phases;
using Platform.GpuAgent.Server;
using Platform.Sdk;

namespace Platform.GpuAgent.Attempts;

/// <summary>
/// Drives one attempt from phase to phase. All durable state is in the journal and in the shim's files, so a new agent
/// continues wherever the last one died; every phase may run twice.
/// </summary>
internal sealed class Attempt(AttemptJournal journal, AttemptServices services) : IDisposable
{
    private static readonly FencingPhase _fencing = new();
    private static readonly StagingPhase _staging = new();
    private static readonly StartingPhase _starting = new();
    private static readonly RunningPhase _running = new();
    private static readonly StoringLogPhase _storingLog = new();
    private static readonly UploadingPhase _uploading = new();
    private static readonly ReportingPhase _reporting = new();

    private readonly AttemptContext _context = new(journal, services);

    public AttemptKey Key => _context.Key;

    public AttemptEntry Entry => _context.Entry;

    public AttemptFolder Folder => _context.Folder;

    /// <summary>
    /// The runs, the job's own and those that its training began below it, with records that are left to send; those of a fenced
    /// attempt are not sent.
    /// </summary>
    public IReadOnlyList<string> RunsWithUnsentRecords =>
        Entry is { IsFenced: false, Work: not null } ? UnsentSpools.RunsIn(Folder.Unsent) : [];

    /// <summary>Completes when the last report is recorded, or with the agent.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <param name="predecessors">Earlier attempts of the job on this node, which must end first.</param>
    public void Run(IReadOnlyList<Task> predecessors, CancellationToken shutdown) =>
        Completion = Task.Run(() => RunAsync(predecessors, shutdown), CancellationToken.None);

    /// <inheritdoc cref="AttemptContext.FlushCommand"/>
    public void FlushCommand() => _context.FlushCommand();

    /// <inheritdoc cref="AttemptContext.RequestStop"/>
    public void RequestStop(string reason, Sentence? detail = null) => _context.RequestStop(reason, detail);

    /// <inheritdoc cref="AttemptContext.RecordReport"/>
    public void RecordReport(Guid reportId) => _context.RecordReport(reportId);

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
            await services.Reports.TryPublishAsync(exited, cancellationToken);
        }
        else if (entry.Started is { } started)
        {
            await services.Reports.TryPublishAsync(started, cancellationToken);
        }
    }

    public void Dispose() => _context.Dispose();

    private async Task RunAsync(IReadOnlyList<Task> predecessors, CancellationToken shutdown)
    {
        RequestId.Current = Entry.Command.RequestId;
        using var scope = services.Log.BeginScope(
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["JobId"] = Key.JobId,
                ["AttemptNumber"] = Key.Attempt,
                ["Rank"] = Key.Rank,
            }
        );
        using var lease = CancellationTokenSource.CreateLinkedTokenSource(shutdown, _context.Fenced);
        while (Entry.Phase is not AttemptPhase.Done && !shutdown.IsCancellationRequested)
        {
            try
            {
                if (Entry.IsFenced)
                {
                    await PersistAsync(_ => _fencing, shutdown);
                }
                else
                {
                    await Task.WhenAll(predecessors).WaitAsync(lease.Token);
                    await PersistAsync(PhaseOf, lease.Token);
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

    private static IPhase PhaseOf(AttemptPhase phase) =>
        phase switch
        {
            AttemptPhase.Accepted => _staging,
            AttemptPhase.Starting => _starting,
            AttemptPhase.Running => _running,
            AttemptPhase.Exited => _storingLog,
            AttemptPhase.Uploading => _uploading,
            _ => _reporting, // it ends at once when the answer came meanwhile
        };

    /// <summary>An attempt is not given up because of a failure here: its training runs.</summary>
    private Task PersistAsync(Func<AttemptPhase, IPhase> choose, CancellationToken cancellationToken) =>
        Retry.WhileAsync(
            _ => true,
            async ct =>
            {
                var outcome = await choose(Entry.Phase).RunAsync(_context, ct);
                _context.Note(outcome);
                LogPhase();
            },
            exception =>
                services.Log.LogError(exception, "{Attempt} failed in phase {Phase} and is retried", Key, Entry.Phase),
            cancellationToken
        );

    private void LogPhase()
    {
        switch (Entry)
        {
            case { Phase: AttemptPhase.Running }:
                services.Log.LogInformation("{Attempt} is running", Key);
                break;
            case { Phase: AttemptPhase.Exited, End: { } end }:
                var detail = end.Detail ?? $"{end.ExitCode}";
                services.Log.LogInformation("{Attempt} ended: {Reason} {Detail}", Key, end.Reason, detail);
                break;
            default:
                break;
        }
    }

    private void CleanUp()
    {
        _context.Shipper.Dispose();
        try
        {
            File.Delete(Folder.Spool);
            if (!WorkRetention.IsKept(Entry, services.Options, services.Clock.GetUtcNow()))
            {
                FileTree.Delete(Folder.Work);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            services.Log.LogWarning("The folder of {Attempt} is removed later: {Reason}", Key, exception.Message);
        }
    }
}
