namespace Platform.Artifacts.Versions;

/// <summary>The stages of a model's version, with MLflow's names.</summary>
internal static class ModelStages
{
    public const string None = "None";
    public const string Archived = "Archived";

    public static IReadOnlyList<string> All { get; } = [None, "Staging", "Production", Archived];

    /// <summary>The stage of a name in any case; null for none.</summary>
    public static string? Find(string name) =>
        All.FirstOrDefault(stage => string.Equals(stage, name, StringComparison.OrdinalIgnoreCase));
}
