using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Platform.Tracking.Runs;

/// <summary>
/// Numbers in the two ways in which they are written: PostgreSQL's <c>jsonb</c> writes all digits, 301 of them for <c>1e300</c>; people and
/// programs write an exponent. No digit is lost between them.
/// </summary>
internal static partial class StoredNumbers
{
    /// <summary>From which size on, and below which, numbers have an exponent, as in JavaScript.</summary>
    private const int MostDigits = 21;
    private const int MostZeros = 6;

    /// <summary>Longer than that no number is that is stored.</summary>
    private const int MaxExponent = 20_000;

    private static readonly JsonWriterOptions _asItIs = new()
    {
        // Only numbers change; texts keep the form that the database gave them.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Reads JSON of the database; its large and small numbers get their shortest form.</summary>
    public static JsonElement Read(string json)
    {
        if (!MayHaveLong(json))
        {
            return JsonElement.Parse(json);
        }

        var output = new ArrayBufferWriter<byte>(json.Length);
        using (var writer = new Utf8JsonWriter(output, _asItIs))
        {
            Copy(new Utf8JsonReader(Encoding.UTF8.GetBytes(json)), writer);
        }

        return JsonElement.Parse(output.WrittenSpan);
    }

    /// <summary>The shortest form of a number: <c>1e+300</c>, or its digits where these are as short or few.</summary>
    public static string Shorten(string number)
    {
        var sign = number.StartsWith('-') ? "-" : "";
        var point = number.IndexOf('.', StringComparison.Ordinal);
        var whole = number[sign.Length..(point < 0 ? number.Length : point)];
        var all = whole + (point < 0 ? "" : number[(point + 1)..]);
        var digits = all.TrimStart('0');
        // Where the point is, counted from the first digit that is not 0.
        var place = whole.Length - (all.Length - digits.Length);
        digits = digits.TrimEnd('0');
        if (digits.Length == 0 || place is > -MostZeros and <= MostDigits)
        {
            return number;
        }

        var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
        var shortest = string.Create(CultureInfo.InvariantCulture, $"{sign}{mantissa}e{place - 1:+0;-0}");
        return shortest.Length < number.Length ? shortest : number;
    }

    /// <summary>A number with an exponent as the database writes it; null for a text that is none.</summary>
    public static string? Expand(string text)
    {
        if (
            WithExponent().Match(text) is not { Success: true } match
            || !int.TryParse(
                match.Groups["exponent"].ValueSpan,
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var exponent
            )
            || Math.Abs(exponent) > MaxExponent
        )
        {
            return null;
        }

        var fraction = match.Groups["fraction"].Value;
        var digits = (match.Groups["whole"].Value + fraction).TrimStart('0');
        var scale = fraction.Length - exponent;
        if (scale <= 0)
        {
            digits = digits.Length == 0 ? "0" : digits + new string('0', -scale);
        }
        else
        {
            digits = digits.PadLeft(scale + 1, '0').Insert(Math.Max(digits.Length, scale + 1) - scale, ".");
        }

        return match.Groups["minus"].Value + digits;
    }

    /// <summary>Whether there are digits in succession that a shorter form may replace, if only in a text.</summary>
    private static bool MayHaveLong(string json)
    {
        var (digits, zeros) = (0, 0);
        foreach (var character in json)
        {
            digits = char.IsAsciiDigit(character) ? digits + 1 : 0;
            zeros = character is '0' ? zeros + 1 : 0;
            if (digits > MostDigits || zeros >= MostZeros)
            {
                return true;
            }
        }

        return false;
    }

    private static void Copy(Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    writer.WriteStartObject();
                    break;
                case JsonTokenType.EndObject:
                    writer.WriteEndObject();
                    break;
                case JsonTokenType.StartArray:
                    writer.WriteStartArray();
                    break;
                case JsonTokenType.EndArray:
                    writer.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    writer.WritePropertyName(reader.GetString()!);
                    break;
                case JsonTokenType.String:
                    writer.WriteStringValue(reader.GetString());
                    break;
                case JsonTokenType.Number:
                    writer.WriteRawValue(Shorten(Encoding.UTF8.GetString(reader.ValueSpan)));
                    break;
                case JsonTokenType.Null:
                    writer.WriteNullValue();
                    break;
                default:
                    writer.WriteBooleanValue(reader.TokenType is JsonTokenType.True);
                    break;
            }
        }
    }

    [GeneratedRegex(
        @"\A(?<minus>-?)(?<whole>[0-9]+)(\.(?<fraction>[0-9]*))?[eE](?<exponent>[+-]?[0-9]{1,6})\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex WithExponent();
}
