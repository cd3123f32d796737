using System.Collections.Immutable;
using System.Diagnostics;
using Platform.EventStore;

namespace Platform.Tracking.Mlflow.Experiments;

/// <summary>MLflow's experiment: a name of its own and an id for the runs of one project.</summary>
internal sealed record Experiment(
    bool Exists,
    string Name,
    string Project,
    bool IsDeleted,
    ImmutableDictionary<string, string> Tags
)
{
    public static readonly Experiment Initial = new(
        Exists: false,
        "",
        "",
        IsDeleted: false,
        ImmutableDictionary.Create<string, string>(StringComparer.Ordinal)
    );

    public static readonly Decider<Experiment, ExperimentEvent> Decider = new("experiment", Initial, Evolve);

    /// <summary>The code of the answer to a change of one that is deleted.</summary>
    public const string Deleted = "experiment.deleted";

    // As in MLflow, one that is deleted is not there to be deleted, and one that is not deleted is not there to be restored.
    private static readonly Refusal _none = new("experiment.none", "There is no such experiment.");
    private static readonly Refusal _deleted = new(Deleted, "The experiment is deleted.");

    public static Decision<ExperimentEvent> Decide(
        Experiment experiment,
        ExperimentCommand command,
        DateTimeOffset now
    ) =>
        command switch
        {
            CreateExperiment c => experiment.Exists
                ? Decision.Nothing<ExperimentEvent>()
                : Decision.Accept<ExperimentEvent>(
                    new ExperimentCreated
                    {
                        Name = c.Name,
                        Project = c.Project,
                        Tags = c.Tags is { Count: > 0 } ? c.Tags : null,
                        At = now,
                    }
                ),
            _ when !experiment.Exists => new Decision<ExperimentEvent>.Refused(_none),
            RenameExperiment or SetExperimentTag when experiment.IsDeleted => new Decision<ExperimentEvent>.Refused(
                _deleted
            ),
            DeleteExperiment when experiment.IsDeleted => new Decision<ExperimentEvent>.Refused(_none),
            RestoreExperiment when !experiment.IsDeleted => new Decision<ExperimentEvent>.Refused(_none),
            RenameExperiment c => If(
                !string.Equals(experiment.Name, c.Name, StringComparison.Ordinal),
                new ExperimentRenamed { Name = c.Name, At = now }
            ),
            SetExperimentTag c => If(
                !string.Equals(experiment.Tags.GetValueOrDefault(c.Key), c.Value, StringComparison.Ordinal),
                new ExperimentTagSet
                {
                    Key = c.Key,
                    Value = c.Value,
                    At = now,
                }
            ),
            DeleteExperiment => Decision.Accept<ExperimentEvent>(new ExperimentDeleted { At = now }),
            RestoreExperiment => Decision.Accept<ExperimentEvent>(new ExperimentRestored { At = now }),
            _ => throw new UnreachableException($"No decision for {command.GetType().Name}."),
        };

    private static Decision<ExperimentEvent> If(bool isChange, ExperimentEvent change) =>
        isChange ? Decision.Accept(change) : Decision.Nothing<ExperimentEvent>();

    private static Experiment Evolve(Experiment experiment, ExperimentEvent @event) =>
        @event switch
        {
            ExperimentCreated e => experiment with
            {
                Exists = true,
                Name = e.Name,
                Project = e.Project,
                Tags = experiment.Tags.SetItems(e.Tags ?? ImmutableDictionary<string, string>.Empty),
            },
            ExperimentRenamed e => experiment with { Name = e.Name },
            ExperimentTagSet { Value: { } value } e => experiment with { Tags = experiment.Tags.SetItem(e.Key, value) },
            ExperimentTagSet e => experiment with { Tags = experiment.Tags.Remove(e.Key) },
            ExperimentDeleted => experiment with { IsDeleted = true },
            ExperimentRestored => experiment with { IsDeleted = false },
            _ => throw new UnreachableException($"No evolution for {@event.GetType().Name}."),
        };
}

internal abstract record ExperimentCommand;

internal sealed record CreateExperiment(string Name, string Project, IReadOnlyDictionary<string, string>? Tags = null)
    : ExperimentCommand;

internal sealed record RenameExperiment(string Name) : ExperimentCommand;

/// <param name="Value">Null removes it.</param>
internal sealed record SetExperimentTag(string Key, string? Value) : ExperimentCommand;

internal sealed record DeleteExperiment : ExperimentCommand;

internal sealed record RestoreExperiment : ExperimentCommand;

/// <summary>An event of an experiment.</summary>
internal abstract record ExperimentEvent
{
    public required DateTimeOffset At { get; init; }
}

/// <summary>There is an experiment for the runs of a project.</summary>
internal sealed record ExperimentCreated : ExperimentEvent
{
    public required string Name { get; init; }
    public required string Project { get; init; }
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>It has another name; its project stays.</summary>
internal sealed record ExperimentRenamed : ExperimentEvent
{
    public required string Name { get; init; }
}

/// <summary>A tag was set; null removed it.</summary>
internal sealed record ExperimentTagSet : ExperimentEvent
{
    public required string Key { get; init; }
    public string? Value { get; init; }
}

/// <summary>It and its runs are deleted for MLflow's clients.</summary>
internal sealed record ExperimentDeleted : ExperimentEvent;

/// <summary>It and its runs are there again.</summary>
internal sealed record ExperimentRestored : ExperimentEvent;
