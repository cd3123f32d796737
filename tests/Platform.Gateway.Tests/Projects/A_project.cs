using Platform.EventStore;
using Platform.Gateway.Projects;

namespace Platform.Gateway.Tests.Projects;

public sealed class A_project
{
    private static readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly ProjectSettings _settings = new("Cameras", 30);
    private static readonly ProjectCreated _created = new("team/vision", "Cameras", 30, _now);

    private static Specification<Project, ProjectEvent> Spec => new(Project.Decider);

    [Fact]
    public void is_created() => Spec.When(Deciding(new CreateProject("team/vision", _settings))).Then(_created);

    [Fact]
    public void is_created_once() =>
        Spec.Given(_created).When(Deciding(new CreateProject("team/vision", _settings))).ThenRefused("project.exists");

    [Fact]
    public void gets_other_settings() =>
        Spec.Given(_created)
            .When(Deciding(new ChangeProject(new ProjectSettings("Lidar", RetentionDays: null))))
            .Then(new ProjectChanged("Lidar", RetentionDays: null, _now));

    [Fact]
    public void keeps_settings_that_are_given_again() =>
        Spec.Given(_created).When(Deciding(new ChangeProject(_settings))).ThenNothing();

    [Fact]
    public void is_changed_only_when_it_is_there() =>
        Spec.When(Deciding(new ChangeProject(_settings))).ThenRefused("project.not-found");

    private static Func<Project, Decision<ProjectEvent>> Deciding(ProjectCommand command) =>
        project => Project.Decide(project, command, _now);
}
