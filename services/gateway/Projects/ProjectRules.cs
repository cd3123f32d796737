using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Projects;

/// <summary>Which settings are taken.</summary>
internal static class ProjectRules
{
    private const int MaxDescription = 2000;
    private const int MaxRetentionDays = 36_500;

    /// <summary>The first field that is wrong; null when none is.</summary>
    public static (string Field, Sentence Error)? ProblemWith(ProjectSettings settings) =>
        settings.Description is { } text && (text.Length > MaxDescription || !ClientText.IsDescription(text))
            ? ("description", TextSentences.Description.With(MaxDescription))
        : settings.RetentionDays is not (null or (>= 1 and <= MaxRetentionDays))
            ? ("retentionDays", GatewaySentences.RetentionDays.With(MaxRetentionDays))
        : null;
}
