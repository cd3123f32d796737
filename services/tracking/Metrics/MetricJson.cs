using System.Text.Json;

namespace Platform.Tracking.Metrics;

/// <summary>Writes NaN and infinities as strings, because JSON has no numbers for them.</summary>
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
