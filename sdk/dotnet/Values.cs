using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Platform.Sdk;

/// <summary>Turns whatever a training passes into what the platform takes. Lengths are those of Unicode code points.</summary>
internal static class Values
{
    public const int MaxName = 250;
    public const int MaxStage = 100;
    public const int MaxTag = 5000;
    private const int MaxProject = 200;
    private const int MaxArtifact = 128;
    private const int MaxPathWord = 80;
    private const int MaxValueBytes = 16 * 1024;
    private const int MaxItems = 5000;
    private const int MaxBrief = 80;

    private static readonly JsonSerializerOptions _plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Cycles end with null; numbers that JSON cannot represent become their names.</summary>
    private static readonly JsonSerializerOptions _json = new()
    {
        MaxDepth = 32,
        ReferenceHandler = ReferenceHandler.IgnoreCycles,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The text as the platform takes it: whole characters, no NUL.</summary>
    public static string Text(string text) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');

    /// <summary>The first code points of a text without lone surrogates.</summary>
    public static string Cut(string text, int length)
    {
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (length-- == 0)
            {
                return text[..end];
            }

            end += rune.Utf16SequenceLength;
        }

        return text;
    }

    /// <summary>The beginning of a name in one line, for a notice.</summary>
    public static string Brief(string name) =>
        OneLine(Text(name)) is var text && Cut(text, MaxBrief) is var cut && cut.Length < text.Length
            ? cut + "…"
            : text;

    /// <summary>Whether the platform takes a text as the name of a metric or a value, or as a stage.</summary>
    public static bool IsName(string? text, int longest) =>
        text is { Length: > 0 }
        && text.EnumerateRunes().Count() <= longest
        && Text(text) == text
        && OneLine(text) == text;

    /// <summary>A run's name as the platform takes it; null when nothing is left.</summary>
    public static string? ValidName(string name) =>
        Cut(OneLine(Text(name)).Trim(), MaxName) is { Length: > 0 } valid ? valid : null;

    /// <summary>A project's path as the platform takes it: words of <c>A-Z a-z 0-9 _ - .</c> with slashes between them.</summary>
    public static string ValidProject(string project)
    {
        var parts = project.Split('/').Select(ValidWord).Where(part => part is not ("" or "." or ".."));
        var path = string.Join('/', parts);
        path = path[..Math.Min(path.Length, MaxProject)].TrimEnd('/');
        return path.Length > 0 ? path : "default";
    }

    /// <summary>An artifact's name as the platform takes it: a word of <c>A-Z a-z 0-9 . _ -</c>.</summary>
    /// <exception cref="FormatException">Nothing is left.</exception>
    public static string ValidArtifact(string name)
    {
        var word = ValidWord(name).TrimStart('.', '_', '-');
        return word.Length > 0
            ? word[..Math.Min(word.Length, MaxArtifact)]
            : throw new FormatException("its name has no letter and no digit");
    }

    /// <summary>A name as a part of a path.</summary>
    public static string PathWord(string name)
    {
        var word = ValidWord(name).Trim('.', '-');
        return word.Length > 0 ? word[..Math.Min(word.Length, MaxPathWord)] : "unnamed";
    }

    /// <summary>Any value as JSON that the platform takes. What is too long becomes a text that is cut.</summary>
    /// <exception cref="Exception">There is no such value: its properties throw, it is too deep or has too many items.</exception>
    public static JsonNode? Json(object? value, out bool isCut)
    {
        var left = MaxItems;
        var node = Clean(ToNode(value), ref left);
        isCut = node is not null && ToBytes(node).Length > MaxValueBytes;
        if (!isCut)
        {
            return node;
        }

        var text =
            node!.GetValueKind() is JsonValueKind.String
                ? node.GetValue<string>()
                : Encoding.UTF8.GetString(ToBytes(node));
        // A code point takes several bytes, and more where it has to be escaped.
        for (var length = MaxValueBytes; ; length = length * 9 / 10)
        {
            JsonNode cut = Cut(text, length) + "…";
            if (ToBytes(cut).Length <= MaxValueBytes)
            {
                return cut;
            }
        }
    }

    /// <summary>JSON as the platform counts it: in UTF-8, without escapes of what needs none.</summary>
    public static byte[] ToBytes(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node, _plain);

    private static JsonNode? ToNode(object? value) =>
        value switch
        {
            null => null,
            string text => text,
            BigInteger or Complex or Type or Delegate or Enum or Exception => Plain(value),
            // One that has no end is cut.
            IEnumerable items and not (ICollection or JsonNode or IDictionary) => ToNode(
                items.Cast<object?>().Take(MaxItems + 1).ToList()
            ),
            Array { Rank: > 1 } array => ToNode(Nested(array, 0, new int[array.Rank])),
            _ => Serialize(value),
        };

    private static JsonNode? Serialize(object value)
    {
        try
        {
            return JsonSerializer.SerializeToNode(value, value.GetType(), _json);
        }
        catch (NotSupportedException)
        {
            return Plain(value);
        }
    }

    private static string Plain(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    /// <summary>An array of several dimensions as lists within lists.</summary>
    private static List<object?> Nested(Array array, int dimension, int[] index)
    {
        var items = new List<object?>();
        for (var i = 0; i < Math.Min(array.GetLength(dimension), MaxItems + 1); i++)
        {
            index[dimension] = array.GetLowerBound(dimension) + i;
            items.Add(dimension == array.Rank - 1 ? array.GetValue(index) : Nested(array, dimension + 1, index));
        }

        return items;
    }

    /// <summary>The same with texts as the platform takes them.</summary>
    private static JsonNode? Clean(JsonNode? node, ref int left)
    {
        if (--left < 0)
        {
            throw new FormatException($"it has more than {MaxItems} items");
        }

        switch (node)
        {
            case JsonObject properties:
                var cleaned = new JsonObject();
                foreach (var (key, value) in properties)
                {
                    cleaned[Text(key)] = Clean(value, ref left);
                }

                return cleaned;
            case JsonArray items:
                var list = new JsonArray();
                foreach (var item in items)
                {
                    list.Add(Clean(item, ref left));
                }

                return list;
            case { } text when text.GetValueKind() is JsonValueKind.String:
                return Text(text.GetValue<string>());
            default:
                return node?.DeepClone();
        }
    }

    private static string OneLine(string text) =>
        text.Any(IsOdd) ? string.Concat(text.Select(c => IsOdd(c) ? ' ' : c)) : text;

    /// <summary>A control character, a line separator, or a character after which what follows is shown in another order.</summary>
    private static bool IsOdd(char c) =>
        char.IsControl(c)
        || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private static string ValidWord(string part)
    {
        var word = new StringBuilder();
        foreach (var c in part)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
            {
                word.Append(c);
            }
            else if (word.Length == 0 || word[^1] != '-')
            {
                word.Append('-');
            }
        }

        return word.ToString();
    }
}
