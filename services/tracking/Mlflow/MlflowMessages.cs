using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Tracking.Mlflow;

/// <summary>MLflow's messages: names in snake_case, unset fields and empty lists left out.</summary>
internal static class MlflowJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The list; null when it is empty.</summary>
    public static IReadOnlyList<T>? OrNull<T>(this IReadOnlyList<T> list) => list.Count == 0 ? null : list;

    /// <summary>Infinities as the largest numbers, as MLflow's store has them.</summary>
    public static double Clamped(double value) =>
        double.IsPositiveInfinity(value) ? double.MaxValue
        : double.IsNegativeInfinity(value) ? double.MinValue
        : value;
}

internal sealed record MlflowError(string ErrorCode, string Message);

internal sealed record MlflowTag(string Key, string Value);

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
    public MlflowRunInputs Inputs { get; init; } = new();
}

internal sealed record MlflowRunInputs;

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
/// <param name="RunId">Only where the points of several runs are asked for.</param>
internal sealed record MlflowMetric(string Key, double Value, long Timestamp, long Step, string? RunId = null);
