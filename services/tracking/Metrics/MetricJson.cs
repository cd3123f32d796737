using System.Text.Json;

namespace Platform.Tracking.Metrics;

/// <summary>Writes values that JSON numbers cannot hold as strings, so that no client stumbles over them.</summary>
internal static class MetricJson
{
    public static void WriteValue(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteStringValue(
                double.IsNaN(value) ? "NaN"u8
                : value > 0 ? "Infinity"u8
                : "-Infinity"u8
            );
        }
    }
}
