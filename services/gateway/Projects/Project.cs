using System.Diagnostics;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Projects;

/// <summary>What a project is registered with.</summary>
/// <param name="Description">Free text.</param>
/// <param name="RetentionDays">
/// For how many days ended jobs, ended runs and versions made by jobs are kept; null for ever. Then they go into the recycle bin. Holds
/// for projects below it too, unless they are registered themselves.
/// </param>
internal sealed record ProjectSettings(string? Description, int? RetentionDays);

internal abstract record ProjectCommand;

internal sealed record CreateProject(string Path, ProjectSettings Settings) : ProjectCommand;

/// <summary>Replaces all settings.</summary>
internal sealed record ChangeProject(ProjectSettings Settings) : ProjectCommand;

/// <summary>An event of a project; who caused it is in its metadata.</summary>
internal abstract record ProjectEvent;

internal sealed record ProjectCreated(string Path, string? Description, int? RetentionDays, DateTimeOffset At)
    : ProjectEvent;

internal sealed record ProjectChanged(string? Description, int? RetentionDays, DateTimeOffset At) : ProjectEvent;

/// <summary>A registered project. Jobs, runs and artifacts may name projects that are not registered.</summary>
/// <param name="Settings">Null when there is no such project.</param>
internal sealed record Project(ProjectSettings? Settings)
{
    public static readonly Project Initial = new(Settings: null);

    public static readonly Decider<Project, ProjectEvent> Decider = new("project", Initial, Evolve);

    public static Decision<ProjectEvent> Decide(Project project, ProjectCommand command, DateTimeOffset now) =>
        (project.Settings, command) switch
        {
            (null, CreateProject c) => Decision.Accept<ProjectEvent>(
                new ProjectCreated(c.Path, c.Settings.Description, c.Settings.RetentionDays, now)
            ),
            (_, CreateProject c) => Refusals.Refuse<ProjectEvent>(GatewaySentences.ProjectExists.With(c.Path)),
            (null, _) => Refusals.Refuse<ProjectEvent>(GatewaySentences.NoSuchProject),
            (var settings, ChangeProject c) when c.Settings == settings => Decision.Nothing<ProjectEvent>(),
            (_, ChangeProject c) => Decision.Accept<ProjectEvent>(
                new ProjectChanged(c.Settings.Description, c.Settings.RetentionDays, now)
            ),
            _ => throw new UnreachableException($"No decision for {command.GetType().Name}."),
        };

    public static Project Evolve(Project project, ProjectEvent @event) =>
        @event switch
        {
            ProjectCreated e => new Project(new ProjectSettings(e.Description, e.RetentionDays)),
            ProjectChanged e => new Project(new ProjectSettings(e.Description, e.RetentionDays)),
            _ => throw new UnreachableException($"No evolution for {@event.GetType().Name}."),
        };
}
