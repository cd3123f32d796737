using Platform.Mlflow;
using Platform.Tracking.Mlflow.Inputs;

namespace Platform.Tracking.Mlflow;

internal sealed record MlflowExperiment
{
    public required string ExperimentId { get; init; }
    public required string Name { get; init; }
    public required string ArtifactLocation { get; init; }

    /// <summary><c>active</c> or <c>deleted</c>.</summary>
    public required string LifecycleStage { get; init; }
    public required long CreationTime { get; init; }
    public required long LastUpdateTime { get; init; }
    public IReadOnlyList<MlflowTag>? Tags { get; init; }
}

internal sealed record MlflowRun
{
    public required MlflowRunInfo Info { get; init; }
    public required MlflowRunData Data { get; init; }
    public required MlflowRunInputs Inputs { get; init; }
    public MlflowRunOutputs? Outputs { get; init; }
}

internal sealed record MlflowRunInfo
{
    public required string RunId { get; init; }
    public string RunUuid => RunId;
    public required string RunName { get; init; }
    public required string ExperimentId { get; init; }
    public required string UserId { get; init; }
    public required string Status { get; init; }
    public required long? StartTime { get; init; }
    public required long? EndTime { get; init; }
    public required string ArtifactUri { get; init; }
    public required string LifecycleStage { get; init; }
}

internal sealed record MlflowRunData
{
    public IReadOnlyList<MlflowMetric>? Metrics { get; init; }
    public IReadOnlyList<MlflowTag>? Params { get; init; }
    public IReadOnlyList<MlflowTag>? Tags { get; init; }
}

/// <param name="Timestamp">Milliseconds since 1970.</param>
/// <param name="RunId">Only where the points of several runs are asked for, or of a model.</param>
internal sealed record MlflowMetric(string Key, double Value, long Timestamp, long Step, string? RunId = null)
{
    /// <summary>Only of metrics of a model, with the dataset that they are about.</summary>
    public string? ModelId { get; init; }
    public string? DatasetName { get; init; }
    public string? DatasetDigest { get; init; }
}
