using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Bench;

/// <summary>One measured number with its baseline.</summary>
/// <param name="Baseline">The baseline's number, from the same run; null where there is none.</param>
internal sealed record Figure(string Name, double Value, string Unit, double? Baseline, string? Against = null)
{
    /// <summary>Value over baseline.</summary>
    public double? Ratio => Baseline is { } baseline and not 0 ? Math.Round(Value / baseline, 4) : null;
}

/// <summary>The result of a run with <c>--json</c>.</summary>
internal sealed record Results(IReadOnlyList<Figure> Figures);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Results))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(DispatchTimes))]
internal sealed partial class BenchJson : JsonSerializerContext;
