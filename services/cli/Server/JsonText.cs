using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Output;

namespace Platform.Cli.Server;

/// <summary>Reads answers leniently: a newer platform may add fields and an older one may omit them.</summary>
internal static class JsonText
{
    // A terminal is not a web page: plus signs and umlauts need no escaping.
    private static readonly JsonSerializerOptions _readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A value as text; null when it is missing or null.</summary>
    public static string? Text(this JsonNode? node) =>
        node switch
        {
            null => null,
            JsonValue value when value.GetValueKind() is JsonValueKind.String => value.GetValue<string>(),
            _ => node.ToJsonString(_readable),
        };

    /// <summary>The value of a field as text; a dash when there is none.</summary>
    public static string Field(this JsonNode node, string name) =>
        node[name].Text() is { Length: > 0 } text ? text : "–";

    /// <summary>A time for programs; a dash when there is none.</summary>
    public static string Time(this JsonNode node, string name) =>
        DateTimeOffset.TryParse(node[name].Text(), CultureInfo.InvariantCulture, out var time) ? Times.Utc(time) : "–";

    /// <summary>Who did something: a user's name as people write it, without <c>user:</c>; other callers as they are.</summary>
    public static string Person(this JsonNode node, string name)
    {
        const string User = "user:";
        var subject = node.Field(name);
        return subject.StartsWith(User, StringComparison.Ordinal) ? subject[User.Length..] : subject;
    }

    /// <summary>The rows of a list.</summary>
    public static IEnumerable<JsonNode> Items(this JsonNode answer, string name = "items") =>
        (answer[name] as JsonArray)?.OfType<JsonNode>() ?? [];

    /// <summary>A number of bytes in readable form: <c>1.4 MiB</c>.</summary>
    public static string Bytes(this JsonNode node, string name)
    {
        if (!double.TryParse(node[name].Text(), CultureInfo.InvariantCulture, out var size))
        {
            return "–";
        }

        return Bytes(size);
    }

    /// <summary>The same of a number.</summary>
    public static string Bytes(double size)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        while (size >= 1024 && unit < units.Length - 1)
        {
            (size, unit) = (size / 1024, unit + 1);
        }

        return $"{size.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture)} {units[unit]}";
    }
}
