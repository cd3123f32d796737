using Platform.ProjectRetention;

namespace Platform.Artifacts.Retention;

/// <inheritdoc />
internal sealed class RecordProjects(RetainedProjects<ArtifactsStore> projects)
    : RecordProjects<ArtifactsStore>(projects);
