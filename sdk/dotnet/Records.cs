using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Sdk;

/// <summary>One value of one metric.</summary>
/// <param name="Ticks">When, in UTC ticks to the microsecond.</param>
internal readonly record struct Point(string Key, long Step, long Ticks, double Value, string? Stage);

/// <summary>The records of the spool: one JSON object per line, which determines the request.</summary>
internal static class Records
{
    /// <summary>Maximum points in one record; a request holds several records.</summary>
    public const int MaxPoints = 1000;

    public const long MaxStep = (1L << 53) - 1;
    private const int MaxReason = 200;

    /// <param name="startedAt">When the training began; left out by processes that join its run.</param>
    public static byte[] Run(TrackedRunOptions options, DateTimeOffset? startedAt)
    {
        var body = new JsonObject { ["project"] = options.Project };
        if (options.Name is not null)
        {
            body["name"] = options.Name;
        }

        if (options.JobId is { } job)
        {
            body["jobId"] = job.ToString("D");
        }

        if (options.ParentId is not null)
        {
            body["parentId"] = options.ParentId;
        }

        if (startedAt is { } start)
        {
            body["startedAt"] = Time(start.UtcTicks);
        }

        return Line("run", body);
    }

    /// <param name="attempt">
    /// The sending attempt: sent late, it overwrites nothing that the job's next attempt has set.
    /// </param>
    public static byte[] Update(JsonObject body, int? attempt)
    {
        if (attempt is { } number)
        {
            body["attempt"] = number;
        }

        return Line("update", body);
    }

    /// <param name="attempt">
    /// The attempt that ended: sent late, after the job's next attempt began, it must change nothing.
    /// </param>
    /// <param name="status">
    /// <c>finished</c>, <c>failed</c> or <c>interrupted</c>; another word counts as failed, and is kept.
    /// </param>
    public static byte[] Finish(string status, int? attempt, DateTimeOffset endedAt)
    {
        var word = status.ToLowerInvariant();
        var isKnown = word is "finished" or "failed" or "interrupted";
        var body = new JsonObject
        {
            ["status"] =
                isKnown ? word
                : word is "killed" ? "interrupted"
                : "failed",
            ["endedAt"] = Time(endedAt.UtcTicks),
        };
        if (!isKnown)
        {
            body["reason"] = Values.Cut(Values.ValidName(status) ?? "unknown", MaxReason);
        }

        if (attempt is { } number)
        {
            body["attempt"] = number;
        }

        return Line("finish", body);
    }

    /// <summary>The end of a run whose process said none.</summary>
    public static byte[] AssumedFinish(DateTimeOffset endedAt)
    {
        var record = new JsonObject
        {
            ["kind"] = "finish",
            ["isAssumed"] = true,
            ["body"] = new JsonObject { ["status"] = "interrupted", ["endedAt"] = Time(endedAt.UtcTicks) },
        };
        return [.. Values.ToBytes(record), (byte)'\n'];
    }

    /// <summary>The last step of what was logged of a run; what is sampled besides follows its steps.</summary>
    /// <param name="run">What the platform says of it.</param>
    public static long? LastStep(JsonNode? run) =>
        (run as JsonObject)?["latest"] is JsonObject latest
            ? latest
                .Where(point => !point.Key.StartsWith("system/", StringComparison.Ordinal))
                .Select(point => (point.Value as JsonObject)?["step"] as JsonValue)
                .Max(step => step is not null && step.TryGetValue(out long number) ? number : (long?)null)
            : null;

    /// <param name="id">Makes repeated requests create one version.</param>
    /// <param name="folder">Where the copies are, named by their SHA-256.</param>
    public static byte[] Artifact(string id, string name, string folder, JsonObject body)
    {
        var record = new JsonObject
        {
            ["kind"] = "artifact",
            ["id"] = id,
            ["name"] = name,
            ["folder"] = folder,
            ["body"] = body,
        };
        return [.. Values.ToBytes(record), (byte)'\n'];
    }

    /// <param name="path">Its path among the files of the run.</param>
    /// <param name="folder">Where the copy is, named by its SHA-256.</param>
    /// <param name="isMedia">Whether the record that follows says what it shows.</param>
    public static byte[] File(string path, string folder, string sha256, long size, bool isMedia)
    {
        var record = new JsonObject
        {
            ["kind"] = "file",
            ["path"] = path,
            ["folder"] = folder,
            ["sha256"] = sha256,
            ["size"] = size,
        };
        if (isMedia)
        {
            record["isMedia"] = true;
        }

        return [.. Values.ToBytes(record), (byte)'\n'];
    }

    /// <param name="kind"><c>image</c>, <c>table</c>, <c>histogram</c>, <c>text</c>, <c>audio</c> or <c>video</c>.</param>
    /// <param name="path">The file that was sent before.</param>
    public static byte[] Media(string key, long step, long ticks, string kind, string path, string? caption)
    {
        var item = new JsonObject
        {
            ["key"] = key,
            ["step"] = step,
            ["at"] = Time(ticks),
            ["kind"] = kind,
            ["path"] = path,
        };
        if (caption is not null)
        {
            item["caption"] = caption;
        }

        var record = new JsonObject { ["kind"] = "media", ["items"] = new JsonArray(item) };
        return [.. Values.ToBytes(record), (byte)'\n'];
    }

    public static byte[] Points(ReadOnlySpan<Point> points)
    {
        var buffer = new ArrayBufferWriter<byte>(points.Length * 96);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, "points"u8);
            json.WriteStartArray("points"u8);
            foreach (var point in points)
            {
                json.WriteStartObject();
                json.WriteString("key"u8, point.Key);
                json.WriteNumber("step"u8, point.Step);
                json.WriteString("at"u8, Time(point.Ticks));
                json.WritePropertyName("value"u8);
                WriteNumber(json, point.Value);
                if (point.Stage is not null)
                {
                    json.WriteString("stage"u8, point.Stage);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static string Time(long ticks) =>
        new DateTime(ticks, DateTimeKind.Utc).ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private static byte[] Line(string kind, JsonObject body) =>
        [.. Values.ToBytes(new JsonObject { ["kind"] = kind, ["body"] = body }), (byte)'\n'];

    private static void WriteNumber(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteStringValue(Name(value));
        }
    }

    private static string Name(double value) =>
        double.IsNaN(value) ? "NaN"
        : value > 0 ? "Infinity"
        : "-Infinity";
}
