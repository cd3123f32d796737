using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Mlflow;

/// <summary>MLflow's messages: names in snake_case, unset fields and empty lists left out.</summary>
public static class MlflowJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The list; null when it is empty.</summary>
    public static IReadOnlyList<T>? OrNull<T>(this IReadOnlyList<T> list) => list.Count == 0 ? null : list;

    /// <summary>Infinities as the largest numbers, as MLflow's store has them.</summary>
    public static double Clamped(double value) =>
        double.IsPositiveInfinity(value) ? double.MaxValue
        : double.IsNegativeInfinity(value) ? double.MinValue
        : value;
}

/// <summary>A refusal.</summary>
public sealed record MlflowError(string ErrorCode, string Message);

/// <summary>A tag or parameter.</summary>
public sealed record MlflowTag(string Key, string Value);
