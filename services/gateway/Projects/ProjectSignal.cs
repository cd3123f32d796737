using Platform.ServiceDefaults;

namespace Platform.Gateway.Projects;

/// <summary>Says within this process that a project was changed.</summary>
internal sealed class ProjectSignal : Signal;
