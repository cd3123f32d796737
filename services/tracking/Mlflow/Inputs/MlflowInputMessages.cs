using Platform.Mlflow;

namespace Platform.Tracking.Mlflow.Inputs;

/// <summary>What a run read and made.</summary>
internal sealed record MlflowRunLinks(MlflowRunInputs Inputs, MlflowRunOutputs? Outputs)
{
    public static readonly MlflowRunLinks None = new(new MlflowRunInputs(), Outputs: null);
}

internal sealed record MlflowRunInputs(
    IReadOnlyList<MlflowDatasetInput>? DatasetInputs = null,
    IReadOnlyList<MlflowModelInput>? ModelInputs = null
);

internal sealed record MlflowRunOutputs(IReadOnlyList<MlflowModelOutput> ModelOutputs);

internal sealed record MlflowDatasetInput(IReadOnlyList<MlflowTag>? Tags, MlflowDataset Dataset);

internal sealed record MlflowDataset(
    string Name,
    string Digest,
    string SourceType,
    string Source,
    string? Schema,
    string? Profile
);

internal sealed record MlflowModelInput(string ModelId);

internal sealed record MlflowModelOutput(string ModelId, long Step);

/// <param name="Context">What it was read for.</param>
internal sealed record MlflowDatasetSummary(string ExperimentId, string Name, string Digest, string? Context);
