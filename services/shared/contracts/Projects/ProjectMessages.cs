namespace Platform.Contracts.Projects;

/// <summary>
/// Published by the gateway: how registered projects are set up. It is what holds now, not what has changed, and comes again from time
/// to time and with every change, so that no single one has to arrive.
/// </summary>
public sealed record ProjectSettingsMessage
{
    /// <summary>Some of the registered projects.</summary>
    public required IReadOnlyList<ProjectSetting> Projects { get; init; }
}

/// <summary>The settings of one registered project that other services need.</summary>
public sealed record ProjectSetting
{
    public required string Path { get; init; }

    /// <summary>How many days ended jobs, their runs and the versions that they made are kept; null for ever.</summary>
    public int? RetentionDays { get; init; }

    /// <summary>Grows with each change: an older one changes nothing.</summary>
    public required long Version { get; init; }
}
