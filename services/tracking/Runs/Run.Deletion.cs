using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Runs;

/// <summary>
/// The way of a run that has ended into the recycle bin, out of it again, and out of the platform. While it is in the bin it still
/// takes what a training reports late, so that nothing is missing when it is restored.
/// </summary>
internal sealed partial record Run
{
    /// <summary>True while it is in the recycle bin: hidden from lists.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>True once nothing but its events is left, until a run is created under its id again.</summary>
    public bool IsPurged { get; init; }

    private Decision<RunEvent> Delete(DeleteRun c, DateTimeOffset now) =>
        !HasEnded ? Refusals.Refuse<RunEvent>(RunSentences.NotEnded.With(Status.ToName()))
        : IsDeleted ? Decision.Nothing<RunEvent>()
        : Decision.Accept<RunEvent>(
            new RunDeleted
            {
                FormerStatus = Status,
                Reason = c.Reason,
                At = now,
            }
        );

    private Decision<RunEvent> Restore(DateTimeOffset now) =>
        IsDeleted ? Decision.Accept<RunEvent>(new RunRestored { At = now }) : Decision.Nothing<RunEvent>();

    private Decision<RunEvent> Purge(DateTimeOffset now) =>
        IsDeleted
            ? Decision.Accept<RunEvent>(new RunPurged { At = now })
            : Refusals.Refuse<RunEvent>(RunSentences.NotDeleted);
}
