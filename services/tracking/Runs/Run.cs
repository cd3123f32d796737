using System.Collections.Immutable;
using System.Diagnostics;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Runs;

/// <summary>
/// One tracked experiment: its status and values. Metric points are not events and have their own tables.
/// </summary>
/// <param name="Attempt">The highest attempt of its job that is known to have started; 0 for none.</param>
/// <param name="SettledAttempt">The attempt with which its job ended; 0 before that.</param>
internal sealed partial record Run(
    RunStatus Status,
    string? Project,
    string? Name,
    Guid? JobId,
    ImmutableDictionary<string, RunValue> Parameters,
    ImmutableDictionary<string, string> Tags,
    ImmutableDictionary<string, RunValue> Summary,
    PrimaryMetric? PrimaryMetric,
    int Attempt,
    int SettledAttempt
)
{
    /// <summary>The maximum number of parameters, tags or summary values.</summary>
    public const int MaxValues = 5000;

    public static readonly Run Initial = new(
        RunStatus.None,
        Project: null,
        Name: null,
        JobId: null,
        ImmutableDictionary.Create<string, RunValue>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, string>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, RunValue>(StringComparer.Ordinal),
        PrimaryMetric: null,
        Attempt: 0,
        SettledAttempt: 0
    );

    /// <summary>The run that it is a part of.</summary>
    public string? ParentId { get; init; }

    /// <summary>What the request said that created it, if that had an idempotency key.</summary>
    public string? RequestHash { get; init; }
    public string Alias { get; init; } = "";
    public string Group { get; init; } = "";
    public string Notes { get; init; } = "";
    public RunValue? Environment { get; init; }

    public static readonly Decider<Run, RunEvent> Decider = new("run", Initial, Evolve);

    /// <summary>The answer to a process of an earlier attempt, which must not change the run.</summary>
    public static readonly Refusal Fenced = Refusals.Of(RunSentences.AttemptFenced);

    /// <summary>The code of the answer to a client whose parameters are written once.</summary>
    public const string ParameterChanged = "run.parameter-changed";

    /// <summary>The answer to a machine that names a run of another job, or of none.</summary>
    public static readonly Refusal Foreign = Refusals.Of(RunSentences.ForeignRun);

    /// <summary>The answer to a command to a run that does not exist.</summary>
    public static readonly Refusal NoRun = Refusals.Of(RunSentences.None);

    public static Decision<RunEvent> Decide(Run run, RunCommand command, DateTimeOffset now) =>
        (run.Status, command) switch
        {
            // A late message of the job of a run that is gone for good.
            (RunStatus.None, CreateRun { Starts: false }) when run.IsPurged => Decision.Nothing<RunEvent>(),
            (RunStatus.None, CreateRun c) => Create(c, now),
            (RunStatus.None, ImportRun c) => Import(c, now),
            (_, ImportRun) => Decision.Nothing<RunEvent>(),
            (_, EndImport c) => run.End(c, now),
            (_, CreateRun { OnlyOfJob: true } c) when run.JobId != c.JobId => new Decision<RunEvent>.Refused(Foreign),
            (_, CreateRun { RequestHash: { } hash }) => string.Equals(run.RequestHash, hash, StringComparison.Ordinal)
                ? Decision.Nothing<RunEvent>()
                : Refusals.Refuse<RunEvent>(RunSentences.KeyReused),
            (_, CreateRun c) => Complete(run, c, now),
            (_, StartJobAttempt c) => StartAttempt(run, c, now),
            (_, EndJob c) => End(run, c, now),
            (RunStatus.None, PurgeRun) when run.IsPurged => Decision.Nothing<RunEvent>(),
            (RunStatus.None, _) => new Decision<RunEvent>.Refused(NoRun),
            (_, UpdateRun c) when c.Attempt < Math.Max(run.Attempt, run.SettledAttempt) =>
                new Decision<RunEvent>.Refused(Fenced),
            (_, UpdateRun c) => Update(run, c, now),
            (_, DeleteRun c) => run.Delete(c, now),
            (_, RestoreRun) => run.Restore(now),
            (_, PurgeRun) => run.Purge(now),
            // The end of another process is not that of its job's run, which rank 0 ends, or the job itself.
            (RunStatus.Scheduled, FinishRun { Rank: > 0 }) => Decision.Nothing<RunEvent>(),
            (_, FinishRun { Rank: > 0 }) when run.Attempt > 0 => Decision.Nothing<RunEvent>(),
            (_, FinishRun c) => Finish(run, c, now),
            (_, LoseRun) => run.Lose(now),
            (_, FindRun) => run.Find(now),
            _ => throw new UnreachableException($"No decision for {command.GetType().Name}."),
        };

    public static Run Evolve(Run run, RunEvent @event) =>
        @event switch
        {
            RunCreated e => run with
            {
                Status = RunStatus.Scheduled,
                IsPurged = false,
                Project = e.Project,
                Name = e.Name,
                JobId = e.JobId,
                ParentId = e.ParentId,
                RequestHash = e.RequestHash,
            },
            RunIdentified e => run with
            {
                Project = e.Project ?? run.Project,
                Name = e.Name ?? run.Name,
                JobId = e.JobId ?? run.JobId,
                ParentId = e.ParentId ?? run.ParentId,
            },
            RunStarted e => run with
            {
                Status = RunStatus.Running,
                Attempt = Math.Max(run.Attempt, e.Attempt ?? 0),
                LastStartAt = e.ByTraining is true || run.StartedAt is not null ? e.At : null,
                StartedAt = e.At,
                EndedAt = null,
                IsLost = false,
            },
            RunUpdated e => run with
            {
                Name = e.Name ?? run.Name,
                Parameters = Merge(run.Parameters, e.Parameters),
                Tags = Merge(run.Tags, e.Tags),
                Summary = Merge(run.Summary, e.Summary),
                Alias = e.Alias ?? run.Alias,
                Group = e.Group ?? run.Group,
                Notes = e.Notes ?? run.Notes,
                ParentId =
                    e.ParentId is null ? run.ParentId
                    : e.ParentId.Length == 0 ? null
                    : e.ParentId,
            },
            EnvironmentRecorded e => run with { Environment = e.Environment },
            LossesReported e => run with
            {
                Losses = run.Losses.SetItem(e.Reporter, new RunLosses(e.Refused, e.Cut, e.Notices)),
            },
            PrimaryMetricSet e => run with { PrimaryMetric = new PrimaryMetric(e.Name, e.Mode) },
            RunEnded e => run with { Status = e.Status, EndedAt = e.At, IsLost = false, HasEverEnded = true },
            RunLost e => run with
            {
                Status = RunStatus.Interrupted,
                EndedAt = e.At,
                IsLost = true,
                HasEverEnded = true,
            },
            RunSettled e => run with { SettledAttempt = e.Attempt },
            RunDeleted => run with { IsDeleted = true },
            RunRestored => run with { IsDeleted = false },
            // The attempts of its job are remembered, so that a late message about them does not create the run again.
            RunPurged => Initial with { Attempt = run.Attempt, SettledAttempt = run.SettledAttempt, IsPurged = true },
            _ => throw new UnreachableException($"No evolution for {@event.GetType().Name}."),
        };

    private static Decision<RunEvent> Create(CreateRun c, DateTimeOffset now)
    {
        List<RunEvent> events =
        [
            new RunCreated
            {
                Project = c.Project,
                Name = c.Name,
                JobId = c.JobId,
                ParentId = c.ParentId,
                RequestHash = c.RequestHash,
                At = Earlier(c.StartedAt, now),
            },
        ];
        if (c.Starts)
        {
            events.Add(StartedBy(c, now));
        }

        return WithValues(Initial, events, new UpdateRun(Parameters: c.Parameters, Tags: c.Tags), now);
    }

    private static Decision<RunEvent> Complete(Run run, CreateRun c, DateTimeOffset now)
    {
        List<RunEvent> events = [];
        if (c.Starts && run.IsDeleted)
        {
            // A training that uses the id of a run again goes on with it.
            events.Add(new RunRestored { At = now });
        }

        var identified = new RunIdentified
        {
            Project = run.Project is null ? c.Project : null,
            Name = run.Name is null ? c.Name : null,
            JobId = run.JobId is null ? c.JobId : null,
            ParentId = run.ParentId is null ? c.ParentId : null,
            At = now,
        };
        if (identified is not { Project: null, Name: null, JobId: null, ParentId: null })
        {
            events.Add(identified);
        }

        if (c.Starts && (run.Status is RunStatus.Scheduled || run.IsStartedAgain(c)))
        {
            events.Add(StartedBy(c, now));
        }

        return WithValues(run, events, Missing(run, new UpdateRun(Parameters: c.Parameters, Tags: c.Tags)), now);
    }

    /// <summary>The values that are missing in the run.</summary>
    private static UpdateRun Missing(Run run, UpdateRun c) =>
        new(
            Parameters: c.Parameters?.Where(value => !run.Parameters.ContainsKey(value.Key)).ToImmutableDictionary(),
            Tags: c.Tags?.Where(tag => !run.Tags.ContainsKey(tag.Key)).ToImmutableDictionary(),
            Summary: c.Summary?.Where(value => !run.Summary.ContainsKey(value.Key)).ToImmutableDictionary()
        );

    private static Decision<RunEvent> Update(Run run, UpdateRun c, DateTimeOffset now)
    {
        if (c.ParametersStay && Changed(run, c.Parameters) is { } key)
        {
            return Decision.Refuse<RunEvent>(
                ParameterChanged,
                $"Changing param values is not allowed. Param with key='{key}' was already logged with value='{run.Parameters[key].Text}' for this run. Attempted logging new value '{c.Parameters![key].Text}'."
            );
        }

        List<RunEvent> events = [];
        if (c.ReportedBy < Math.Max(run.Attempt, run.SettledAttempt))
        {
            return WithValues(run, events, Missing(run, c), now);
        }

        if (c.PrimaryMetric is { } metric && metric != run.PrimaryMetric)
        {
            events.Add(
                new PrimaryMetricSet
                {
                    Name = metric.Name,
                    Mode = metric.Mode,
                    At = now,
                }
            );
        }

        return WithValues(run, events, c.ParametersStay ? c with { Parameters = Missing(run, c).Parameters } : c, now);
    }

    /// <summary>A parameter that has another value already; the same text counts as the same, whatever its type.</summary>
    private static string? Changed(Run run, IReadOnlyDictionary<string, RunValue>? wanted) =>
        wanted
            ?.Where(value =>
                run.Parameters.TryGetValue(value.Key, out var known)
                && !string.Equals(known.Text, value.Value.Text, StringComparison.Ordinal)
            )
            .Select(value => value.Key)
            .FirstOrDefault();

    /// <summary>Adds an event for the values that the command changes.</summary>
    private static Decision<RunEvent> WithValues(Run run, List<RunEvent> events, UpdateRun c, DateTimeOffset now)
    {
        var updated = new RunUpdated
        {
            Name = string.Equals(c.Name, run.Name, StringComparison.Ordinal) ? null : c.Name,
            Parameters = Changes(run.Parameters, c.Parameters),
            Tags = Changes(run.Tags, c.Tags),
            Summary = Changes(run.Summary, c.Summary),
            Alias = Change(run.Alias, c.Alias),
            Group = Change(run.Group, c.Group),
            Notes = Change(run.Notes, c.Notes),
            ParentId = Change(run.ParentId ?? "", c.ParentId),
            At = now,
        };
        if (updated != new RunUpdated { At = now })
        {
            var after = Evolve(run, updated);
            if (Math.Max(after.Parameters.Count, Math.Max(after.Tags.Count, after.Summary.Count)) > MaxValues)
            {
                return Refusals.Refuse<RunEvent>(RunSentences.TooManyValues.With(MaxValues));
            }

            events.Add(updated);
        }

        if (c.Environment is { } environment && run.Environment?.Equals(environment) is not true)
        {
            events.Add(new EnvironmentRecorded { Environment = environment, At = now });
        }

        if (c.Losses is { } losses && run.Report(losses, now) is { } reported)
        {
            events.Add(reported);
        }

        return events.Count > 0 ? Decision.Accept<RunEvent>(events) : Decision.Nothing<RunEvent>();
    }

    /// <summary>A text that is wanted and is not there yet; absent and empty are the same.</summary>
    private static string? Change(string known, string? wanted) =>
        string.Equals(known, wanted, StringComparison.Ordinal) ? null : wanted;

    private static ImmutableSortedDictionary<string, RunValue>? Changes(
        ImmutableDictionary<string, RunValue> known,
        IReadOnlyDictionary<string, RunValue>? wanted
    )
    {
        var changes = wanted
            ?.Where(value => known.TryGetValue(value.Key, out var old) ? !old.Equals(value.Value) : !value.Value.IsNull)
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
        return changes is { IsEmpty: false } ? changes : null;
    }

    private static ImmutableSortedDictionary<string, string?>? Changes(
        ImmutableDictionary<string, string> known,
        IReadOnlyDictionary<string, string?>? wanted
    )
    {
        var changes = wanted
            ?.Where(tag => !string.Equals(known.GetValueOrDefault(tag.Key), tag.Value, StringComparison.Ordinal))
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
        return changes is { IsEmpty: false } ? changes : null;
    }

    private static ImmutableDictionary<string, RunValue> Merge(
        ImmutableDictionary<string, RunValue> known,
        IReadOnlyDictionary<string, RunValue>? changes
    ) =>
        changes is null
            ? known
            : known
                .RemoveRange(changes.Where(value => value.Value.IsNull).Select(value => value.Key))
                .SetItems(changes.Where(value => !value.Value.IsNull));

    private static ImmutableDictionary<string, string> Merge(
        ImmutableDictionary<string, string> known,
        IReadOnlyDictionary<string, string?>? changes
    ) =>
        changes is null
            ? known
            : known
                .RemoveRange(changes.Where(tag => tag.Value is null).Select(tag => tag.Key))
                .SetItems(
                    changes.Where(tag => tag.Value is not null).Select(tag => KeyValuePair.Create(tag.Key, tag.Value!))
                );
}
