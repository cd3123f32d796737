using Platform.Mlflow;

namespace Platform.Artifacts.Mlflow.Models;

/// <summary>A model of the registry as MLflow writes it.</summary>
internal sealed record MlflowModel
{
    public required string Name { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long CreationTimestamp { get; init; }
    public required long LastUpdatedTimestamp { get; init; }
    public string? Description { get; init; }

    /// <summary>The newest of each stage.</summary>
    public IReadOnlyList<MlflowModelVersion>? LatestVersions { get; init; }
    public IReadOnlyList<MlflowTag>? Tags { get; init; }
    public IReadOnlyList<MlflowModelAlias>? Aliases { get; init; }
}

internal sealed record MlflowModelAlias(string Alias, string Version);

/// <summary>A version of a model as MLflow writes it.</summary>
internal sealed record MlflowModelVersion
{
    public required string Name { get; init; }
    public required string Version { get; init; }
    public required long CreationTimestamp { get; init; }
    public required long LastUpdatedTimestamp { get; init; }
    public required string CurrentStage { get; init; }
    public string? Description { get; init; }

    /// <summary>Where the client said that its files come from.</summary>
    public string? Source { get; init; }
    public string? RunId { get; init; }
    public string? RunLink { get; init; }
    public string? ModelId { get; init; }

    /// <summary>The files are there as soon as the version is.</summary>
    public string Status { get; } = "READY";
    public IReadOnlyList<MlflowTag>? Tags { get; init; }
    public IReadOnlyList<string>? Aliases { get; init; }
}
