using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Platform.Tracking.Browsing;
using Platform.Tracking.Metrics;

namespace Platform.Tracking.Exporting;

/// <summary>A run as one JSON document: as <c>GET /api/runs/{id}</c> answers, with all points of its series.</summary>
internal sealed class RunDocument(WholeSeries whole, IOptions<JsonOptions> json)
{
    /// <summary>What the API answers about the run.</summary>
    public byte[] Describe(RunView run) => JsonSerializer.SerializeToUtf8Bytes(run, json.Value.SerializerOptions);

    /// <summary>Writes it, a piece at a time.</summary>
    public async Task WriteAsync(
        RunView run,
        IReadOnlyList<SeriesHead> series,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        await using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WritePropertyName("run");
        writer.WriteRawValue(Describe(run));
        writer.WriteStartArray("series");
        string? open = null;
        await foreach (var piece in whole.ReadAsync(series, cancellationToken))
        {
            if (open != piece.Series.Key)
            {
                WriteStart(writer, piece.Series.Key, isFirst: open is null);
                open = piece.Series.Key;
            }

            foreach (var point in piece.Points)
            {
                WritePoint(writer, point, piece.Stages.GetValueOrDefault(point.Stage));
            }

            await writer.FlushAsync(cancellationToken);
        }

        if (open is not null)
        {
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        await writer.FlushAsync(cancellationToken);
    }

    private static void WriteStart(Utf8JsonWriter writer, string key, bool isFirst)
    {
        if (!isFirst)
        {
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteStartObject();
        writer.WriteString("key", key);
        writer.WriteStartArray("points");
    }

    private static void WritePoint(Utf8JsonWriter writer, in SeriesPoint point, string? stage)
    {
        writer.WriteStartObject();
        writer.WriteNumber("step", point.Step);
        writer.WriteString("at", DateTime.SpecifyKind(point.At, DateTimeKind.Utc));
        writer.WritePropertyName("value");
        MetricJson.WriteValue(writer, point.Value);
        if (stage is not null)
        {
            writer.WriteString("stage", stage);
        }

        writer.WriteEndObject();
    }
}
