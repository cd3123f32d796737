using Platform.ProjectRetention;

namespace Platform.Tracking.Retention;

/// <inheritdoc />
internal sealed class RecordProjects(RetainedProjects<TrackingStore> projects)
    : RecordProjects<TrackingStore>(projects);
