using Platform.ServiceDefaults;

namespace Platform.Gateway.Projects;

/// <summary>Which settings are taken.</summary>
internal static class ProjectRules
{
    private const int MaxDescription = 2000;
    private const int MaxRetentionDays = 36_500;

    /// <summary>The first field that is wrong; null when none is.</summary>
    public static (string Field, string Message)? ProblemWith(ProjectSettings settings) =>
        settings.Description is { } text && (text.Length > MaxDescription || !ClientText.IsDescription(text))
            ? ("description", $"A description has at most {MaxDescription} characters, {ClientText.DescriptionRule}.")
        : settings.RetentionDays is not (null or (>= 1 and <= MaxRetentionDays))
            ? ("retentionDays", $"Days are 1 to {MaxRetentionDays}; leave them out to keep everything.")
        : null;
}
