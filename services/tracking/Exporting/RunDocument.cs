using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Platform.Tracking.Browsing;
using Platform.Tracking.Metrics;

namespace Platform.Tracking.Exporting;

/// <summary>A run as one JSON document: as <c>GET /api/runs/{id}</c> answers, with all points of its series.</summary>
internal sealed class RunDocument(MetricReader reader, WholeSeries whole, IOptions<JsonOptions> json)
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
        foreach (var head in series)
        {
            writer.WriteStartObject();
            writer.WriteString("key", head.Key);
            writer.WriteStartArray("points");
            await foreach (var points in whole.ReadAsync(head, cancellationToken))
            {
                var ids = points.Select(point => point.Stage).Where(stage => stage > 0).ToHashSet();
                var stages = await reader.StagesAsync(ids, cancellationToken);
                foreach (var point in points)
                {
                    WritePoint(writer, point, stages.GetValueOrDefault(point.Stage));
                }

                await writer.FlushAsync(cancellationToken);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        await writer.FlushAsync(cancellationToken);
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
