using System.Collections.Concurrent;
using System.Text.Json;
using Platform.Contracts.Agents;
using Platform.Contracts.Nodes;
using Platform.GpuAgent.Files;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Phases;

namespace Platform.GpuAgent.Attempts;

/// <summary>All attempts known to this node. Commands are in a journal when these methods return.</summary>
internal sealed class AttemptRegistry(AttemptServices services, ILogger<AttemptRegistry> log) : IDisposable
{
    private static readonly TimeSpan _journalsKept = TimeSpan.FromDays(7);
    private static readonly TimeSpan _finalReportsLimit = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<AttemptKey, Attempt> _attempts = new();
    private readonly CancellationTokenSource _shutdown = new();
    private readonly Lock _commands = new();

    /// <summary>The attempts listed in heartbeats: all that are not finished.</summary>
    public IReadOnlyList<HeldAttempt> Held() =>
        [
            .. _attempts
                .Values.Where(attempt => attempt.Entry.Phase is not AttemptPhase.Done)
                .Select(attempt => new HeldAttempt
                {
                    JobId = attempt.Key.JobId,
                    Attempt = attempt.Key.Attempt,
                    Rank = attempt.Key.Rank,
                }),
        ];

    /// <summary>Finished attempts whose journals are still kept, oldest first.</summary>
    public IReadOnlyList<Attempt> Ended() =>
        [
            .. _attempts
                .Values.Where(attempt => attempt.Completion.IsCompleted && attempt.Entry.Phase is AttemptPhase.Done)
                .OrderBy(attempt => attempt.Entry.ClosedAt),
        ];

    /// <summary>Continues all attempts that an earlier agent left; of each job, only the newest is not fenced.</summary>
    public void Recover()
    {
        var found = Directory.GetDirectories(services.State.Attempts).Select(OpenJournal).OfType<AttemptJournal>();
        foreach (var job in found.GroupBy(journal => journal.Entry.Key.JobId).ToList())
        {
            var newest = job.Max(journal => journal.Entry.Key.Attempt);
            var earlier = new List<Task>();
            foreach (var ranks in job.GroupBy(journal => journal.Entry.Key.Attempt).OrderBy(ranks => ranks.Key))
            {
                var attempts = ranks.Select(journal => new Attempt(journal, services)).ToList();
                attempts.ForEach(attempt => Continue(attempt, isFenced: ranks.Key < newest, [.. earlier]));
                earlier.AddRange(attempts.Select(attempt => attempt.Completion));
            }
        }
    }

    /// <summary>Starts an attempt; a repeated command gets the last report, an older attempt gets no answer.</summary>
    public async Task StartAsync(StartProcess command, CancellationToken cancellationToken)
    {
        var known = Accept(AttemptEntry.Accepted(command, services.Clock.GetUtcNow()));
        if (known is not null)
        {
            await known.ReportAgainAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Stops an attempt; one that is unknown is reported as ended for that reason, and will not start later.
    /// </summary>
    public async Task StopAsync(StopProcess command, CancellationToken cancellationToken)
    {
        var key = new AttemptKey(command.JobId, command.Attempt, command.Rank);
        var fenced = string.Equals(command.Reason, StopProcess.Fenced, StringComparison.Ordinal);
        if (!_attempts.ContainsKey(key) && !fenced)
        {
            Accept(AttemptEntry.NeverStarted(command, services.Clock.GetUtcNow()));
        }

        if (_attempts.TryGetValue(key, out var attempt))
        {
            attempt.RequestStop(command.Reason);
            await attempt.ReportAgainAsync(cancellationToken);
        }
    }

    /// <summary>Notes in the attempt's journal that a report is recorded.</summary>
    public void RecordReport(ReportRecorded answer)
    {
        foreach (var attempt in ReportersOf(answer))
        {
            attempt.RecordReport(answer.ReportId);
        }
    }

    /// <summary>Stops every training; returns when their ends are in the journal, or at the time-out.</summary>
    public async Task StopAllAsync(string reason, CancellationToken cancellationToken)
    {
        var open = _attempts.Values.Where(attempt => attempt.Entry.Phase < AttemptPhase.Exited).ToList();
        foreach (var attempt in open)
        {
            attempt.RequestStop(reason, EndingSentences.AgentStopped);
        }

        while (open.Exists(attempt => attempt.Entry.Phase < AttemptPhase.Exited))
        {
            await Task.Delay(50, cancellationToken);
        }

        // Reports that do not get through now are sent by the next agent.
        await Task.WhenAny(
            Task.WhenAll(open.Select(attempt => attempt.Completion)),
            Task.Delay(_finalReportsLimit, cancellationToken)
        );
    }

    /// <summary>Stops driving all attempts; their processes continue.</summary>
    public async Task DetachAsync()
    {
        await _shutdown.CancelAsync();
        await Task.WhenAll(_attempts.Values.Select(attempt => attempt.Completion));
    }

    /// <summary>Removes work folders and journals past their retention.</summary>
    public void RemoveOld()
    {
        var now = services.Clock.GetUtcNow();
        foreach (var (key, attempt) in _attempts)
        {
            if (!attempt.Completion.IsCompleted || WorkRetention.IsKept(attempt.Entry, services.Options, now))
            {
                continue;
            }

            attempt.Entry.Group?.TryRemove();
            FileTree.Delete(attempt.Folder.Work);
            if (now - attempt.Entry.ClosedAt > _journalsKept && _attempts.TryRemove(key, out _))
            {
                if (attempt.RunsWithUnsentRecords.Count > 0)
                {
                    log.LogError(
                        "Unsent records of {Attempt} are discarded: the platform did not accept them for days",
                        key
                    );
                }

                FileTree.Delete(attempt.Folder.Path);
                attempt.Dispose();
            }
        }
    }

    public void Dispose()
    {
        foreach (var attempt in _attempts.Values)
        {
            attempt.Dispose();
        }

        _shutdown.Dispose();
    }

    /// <summary>The attempt named in the answer; all unfinished ones when an older service names none.</summary>
    private IEnumerable<Attempt> ReportersOf(ReportRecorded answer)
    {
        if (answer is { JobId: { } job, Attempt: { } number })
        {
            return _attempts.TryGetValue(new AttemptKey(job, number, answer.Rank), out var attempt) ? [attempt] : [];
        }

        return _attempts.Values.Where(attempt => attempt.Entry.Phase is not AttemptPhase.Done);
    }

    /// <summary>
    /// The attempt starts while its command is being flushed, which takes longer than fetching the work.
    /// </summary>
    /// <returns>The attempt when it was known before.</returns>
    private Attempt? Accept(AttemptEntry entry)
    {
        var known = FindOrBegin(entry);
        if (_attempts.TryGetValue(entry.Key, out var attempt))
        {
            attempt.FlushCommand();
        }

        return known;
    }

    private Attempt? FindOrBegin(AttemptEntry entry)
    {
        lock (_commands)
        {
            if (_attempts.TryGetValue(entry.Key, out var known))
            {
                return known;
            }

            var ofJob = _attempts.Values.Where(attempt => attempt.Key.JobId == entry.Key.JobId).ToList();
            if (ofJob.Exists(attempt => attempt.Key.Attempt > entry.Key.Attempt))
            {
                log.LogWarning("{Attempt} is refused: a later attempt of the job is known here", entry.Key);
                return null;
            }

            // Other ranks of the same attempt run beside it.
            var earlier = ofJob.FindAll(attempt => attempt.Key.Attempt < entry.Key.Attempt);
            var accepted = new Attempt(AttemptJournal.Create(services.State.Attempt(entry.Key), entry), services);
            earlier.ForEach(attempt => attempt.RequestStop(StopProcess.Fenced));
            _attempts[entry.Key] = accepted;
            accepted.Run([.. earlier.Select(attempt => attempt.Completion)], _shutdown.Token);
            return null;
        }
    }

    private void Continue(Attempt attempt, bool isFenced, IReadOnlyList<Task> earlier)
    {
        if (isFenced)
        {
            attempt.RequestStop(StopProcess.Fenced);
        }

        _attempts[attempt.Key] = attempt;
        attempt.Run(earlier, _shutdown.Token);
        if (attempt.Entry.Phase is not AttemptPhase.Done)
        {
            log.LogInformation("Continuing {Attempt} in phase {Phase}", attempt.Key, attempt.Entry.Phase);
        }
    }

    private AttemptJournal? OpenJournal(string folder)
    {
        try
        {
            return AttemptJournal.Open(new AttemptFolder(folder));
        }
        catch (JsonException exception)
        {
            log.LogError(exception, "The journal in {Folder} cannot be read; the attempt is left alone", folder);
            return null;
        }
    }
}
