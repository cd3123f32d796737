using Platform.ServiceDefaults;

namespace Platform.Nodes.Placements;

/// <summary>Wakes this process's scheduler after a change.</summary>
internal sealed class SchedulerSignal : Signal;
