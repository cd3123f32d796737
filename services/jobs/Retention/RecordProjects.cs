using Platform.ProjectRetention;

namespace Platform.Jobs.Retention;

/// <inheritdoc />
internal sealed class RecordProjects(RetainedProjects<JobsStore> projects) : RecordProjects<JobsStore>(projects);
