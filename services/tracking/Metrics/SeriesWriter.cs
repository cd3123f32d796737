using System.Text.Json;

namespace Platform.Tracking.Metrics;

/// <summary>Writes series as JSON as they are read: they never exist as a whole.</summary>
internal static class SeriesWriter
{
    /// <summary>Writes the batch and the series of a run into an object.</summary>
    public static async Task WriteAsync(
        Utf8JsonWriter json,
        MetricSnapshot snapshot,
        RunSeries run,
        SeriesSelection selection,
        CancellationToken cancellationToken
    )
    {
        json.WriteNumber("batch", run.Batch);
        json.WriteStartArray("series");
        DateTime? start = selection.IsRelative ? run.Start : null;
        await foreach (var (head, points) in snapshot.SampleAsync(run.Series, selection.Points, selection.Range))
        {
            var ids = points.Select(point => point.Stage).Where(stage => stage > 0).ToHashSet();
            WriteSeries(json, head.Key, points, start, await snapshot.StagesAsync(ids));
            await json.FlushAsync(cancellationToken);
        }

        json.WriteEndArray();
    }

    private static void WriteSeries(
        Utf8JsonWriter json,
        string key,
        List<SeriesPoint> points,
        DateTime? start,
        Dictionary<int, string> stages
    )
    {
        json.WriteStartObject();
        json.WriteString("key", key);
        WriteArray(json, "steps", points, (writer, point) => writer.WriteNumberValue(point.Step));
        WriteArray(json, "times", points, (writer, point) => writer.WriteStringValue(point.At));
        WriteArray(json, "values", points, (writer, point) => MetricJson.WriteValue(writer, point.Value));
        if (start is { } since)
        {
            WriteArray(
                json,
                "seconds",
                points,
                (writer, point) => writer.WriteNumberValue((point.At - since).TotalSeconds)
            );
        }

        if (stages.Count > 0)
        {
            WriteArray(
                json,
                "stages",
                points,
                (writer, point) => writer.WriteStringValue(stages.GetValueOrDefault(point.Stage))
            );
        }

        json.WriteEndObject();
    }

    private static void WriteArray(
        Utf8JsonWriter json,
        string name,
        List<SeriesPoint> points,
        Action<Utf8JsonWriter, SeriesPoint> write
    )
    {
        json.WriteStartArray(name);
        foreach (var point in points)
        {
            write(json, point);
        }

        json.WriteEndArray();
    }
}
