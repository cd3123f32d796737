using Platform.JobAttempts;

namespace Platform.Artifacts.Access;

/// <inheritdoc />
internal sealed class RecordJobAttempts(JobAttempts<ArtifactsStore> attempts)
    : RecordJobAttempts<ArtifactsStore>(attempts);
