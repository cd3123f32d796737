using Platform.Mlflow;

namespace Platform.Tracking.Mlflow.LoggedModels;

/// <summary>A logged model as MLflow writes it.</summary>
internal sealed record MlflowLoggedModel(MlflowLoggedModelInfo Info, MlflowLoggedModelData Data);

internal sealed record MlflowLoggedModelInfo
{
    public required string ModelId { get; init; }
    public required string ExperimentId { get; init; }
    public required string Name { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long CreationTimestampMs { get; init; }
    public required long LastUpdatedTimestampMs { get; init; }
    public required string ArtifactUri { get; init; }
    public required string Status { get; init; }
    public string? CreatorId { get; init; }
    public string? ModelType { get; init; }
    public string? SourceRunId { get; init; }
    public IReadOnlyList<MlflowTag>? Tags { get; init; }
}

internal sealed record MlflowLoggedModelData(IReadOnlyList<MlflowTag>? Params, IReadOnlyList<MlflowMetric>? Metrics);
