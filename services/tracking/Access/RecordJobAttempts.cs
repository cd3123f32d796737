using Platform.JobAttempts;

namespace Platform.Tracking.Access;

/// <inheritdoc />
internal sealed class RecordJobAttempts(JobAttempts<TrackingStore> attempts)
    : RecordJobAttempts<TrackingStore>(attempts);
