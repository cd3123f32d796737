using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Sdk;

/// <summary>The content of one request: one record, or several records of points.</summary>
/// <param name="Kind">The kind of the records.</param>
/// <param name="Record">The record, or one with the points of all.</param>
/// <param name="Length">How many bytes of the spool they take.</param>
/// <param name="Records">How many they are.</param>
internal sealed record Batch(string Kind, JsonObject Record, int Length, int Records)
{
    private static readonly string[] _divisible = ["parameters", "tags", "summary"];

    /// <summary>What is sent.</summary>
    public byte[] Body =>
        Values.ToBytes(
            ListOf(Kind) is { } list ? new JsonObject { [list] = Record[list]!.DeepClone() } : Record["body"]!
        );

    /// <summary>How many values and artifacts users logged with it.</summary>
    public int Size =>
        Kind switch
        {
            "artifact" => 1,
            // The record that follows says what is in it.
            "file" => Record["isMedia"]?.GetValue<bool>() is true ? 0 : 1,
            _ => Entries.Count,
        };

    /// <summary>The size of the image or text that it sends.</summary>
    public long MediaBytes =>
        Kind is "file" && Record["isMedia"]?.GetValue<bool>() is true ? Record["size"]!.GetValue<long>() : 0;

    /// <summary>Whether it is what was found out about a process that said nothing itself.</summary>
    public bool IsAssumed => Record["isAssumed"]?.GetValue<bool>() is true;

    /// <summary>What is said about one that has one value, or can't be divided.</summary>
    public string Name =>
        Entries is [var only] ? only.Key
        : Kind is "artifact" ? Record["name"]!.GetValue<string>()
        : Kind is "file" ? Record["path"]!.GetValue<string>()
        : Kind is "finish" ? "the end of the run"
        : $"the {Kind}";

    /// <summary>What users think of as logged: points, media, or what an update sets.</summary>
    private List<(string Field, string Key, JsonNode? Value)> Entries =>
        Kind switch
        {
            "points" or "media" =>
            [
                .. Record[ListOf(Kind)!]!
                    .AsArray()
                    .Select(one => (ListOf(Kind)!, one!["key"]!.GetValue<string>(), (JsonNode?)one)),
            ],
            "update" =>
            [
                .. Record["body"]!
                    .AsObject()
                    .Where(part => _divisible.Contains(part.Key, StringComparer.Ordinal))
                    .SelectMany(part => part.Value!.AsObject().Select(one => (part.Key, one.Key, one.Value))),
            ],
            _ => [],
        };

    /// <summary>The first records of some bytes of a spool.</summary>
    /// <exception cref="JsonException">The first one is damaged; so is it with the other exceptions of JSON nodes.</exception>
    public static Batch First(byte[] bytes, int mostPoints, int mostRecords)
    {
        var (record, length) = Next(bytes, 0);
        var kind = record["kind"]!.GetValue<string>();
        if (kind is not "points")
        {
            return new Batch(kind, record, length, 1);
        }

        var points = record["points"]!.AsArray();
        var records = 1;
        while (length < bytes.Length && records < mostRecords && points.Count < mostPoints)
        {
            var (next, size) = Next(bytes, length);
            if (next["points"] is not JsonArray more)
            {
                break;
            }

            foreach (var point in more)
            {
                points.Add(point!.DeepClone());
            }

            length += size;
            records++;
        }

        return new Batch(kind, record, length, records);
    }

    /// <summary>The same as two, so that one value that is refused costs no other; nothing when it has only one.</summary>
    public IEnumerable<Batch> Halves() =>
        Entries is { Count: > 1 } entries
            ? entries.Chunk((entries.Count + 1) / 2).Select(some => this with { Record = With(some) })
            : [];

    /// <summary>Deletes the files that were copied for it, once they are sent or refused.</summary>
    public void DeleteCopies()
    {
        if (Record["folder"]?.GetValue<string>() is { } folder && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private JsonObject With(IEnumerable<(string Field, string Key, JsonNode? Value)> entries)
    {
        if (ListOf(Kind) is { } list)
        {
            return new JsonObject { [list] = new JsonArray([.. entries.Select(entry => entry.Value?.DeepClone())]) };
        }

        var body = new JsonObject();
        if (Record["body"]!["attempt"] is { } attempt)
        {
            body["attempt"] = attempt.DeepClone();
        }

        foreach (var (field, key, value) in entries)
        {
            body[field] ??= new JsonObject();
            body[field]![key] = value?.DeepClone();
        }

        return new JsonObject { ["body"] = body };
    }

    /// <summary>The field with the entries of a record that is a list of them.</summary>
    private static string? ListOf(string kind) =>
        kind switch
        {
            "points" => "points",
            "media" => "items",
            _ => null,
        };

    private static (JsonObject Record, int Length) Next(byte[] bytes, int start)
    {
        var length = Array.IndexOf(bytes, (byte)'\n', start) - start + 1;
        return (JsonNode.Parse(bytes.AsSpan(start, length))!.AsObject(), length);
    }
}
