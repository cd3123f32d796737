using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Platform.ServiceDefaults;

namespace Platform.Mlflow;

/// <summary>
/// The fields of a request of MLflow's API: of the body, or of the query of a GET. Unknown fields are ignored, whole numbers may be
/// text, and a missing body is an empty one, as MLflow has it.
/// </summary>
public sealed class MlflowRequest
{
    private readonly JsonElement _body;
    private readonly IQueryCollection? _query;

    private MlflowRequest(JsonElement body, IQueryCollection? query) => (_body, _query) = (body, query);

    /// <summary>Reads a request.</summary>
    /// <exception cref="MlflowException">The body is no JSON object.</exception>
    public static async Task<MlflowRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (HttpMethods.IsGet(request.Method))
        {
            return new MlflowRequest(default, request.Query);
        }

        try
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, cancellationToken);
            var json = Parse(body.ToArray());
            return json.ValueKind is JsonValueKind.Object
                ? new MlflowRequest(json, query: null)
                : throw new MlflowException("BAD_REQUEST", "The body must be a JSON object.");
        }
        catch (JsonException)
        {
            throw new MlflowException("BAD_REQUEST", "The body is not valid JSON.");
        }
        catch (InvalidOperationException)
        {
            throw MlflowException.Invalid("The body has text with half of a surrogate pair, which cannot be stored.");
        }
    }

    /// <summary>A field that must be there; it may be empty where <paramref name="mayBeEmpty"/> says so.</summary>
    public string RequiredText(string field, bool mayBeEmpty = false) =>
        Text(field) is { } text && (mayBeEmpty || text.Length > 0) ? text : throw MlflowException.Missing(field);

    /// <summary>A text; null when it is left out.</summary>
    public string? Text(string field)
    {
        if (_query is not null)
        {
            return Checked(field, _query.TryGetValue(field, out var values) && values.Count > 0 ? values[^1] : null);
        }

        return Value(field) is { } value ? TextOf(field, value) : null;
    }

    /// <summary>
    /// A whole number that JSON's readers keep exactly (<see cref="ClientNumbers.MaxWhole"/>), also as text; null when it is left out.
    /// </summary>
    public long? Whole(string field) =>
        Text(field) is not { } text ? null
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && decimal.IsInteger(number)
        && decimal.Abs(number) <= ClientNumbers.MaxWhole
            ? (long)number
        : throw MlflowException.Invalid(
            $"Invalid value {ClientText.Brief(text)} for parameter '{field}' supplied. It must be a whole number of at most 53 bits."
        );

    /// <summary>A number, or one of MLflow's texts for NaN and the infinities.</summary>
    public double RequiredNumber(string field)
    {
        var text = Text(field) ?? throw MlflowException.Missing(field);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw MlflowException.Invalid(
                $"Got invalid value {ClientText.Brief(text)} for metric '{ClientText.Brief(Text("key"))}'. Please specify value as a valid double (64-bit floating point)"
            );
    }

    /// <summary>A truth value, as MLflow's clients write it.</summary>
    /// <param name="usually">When it is left out.</param>
    public bool Flag(string field, bool usually = false) =>
        (
            _query is null && Value(field) is { ValueKind: JsonValueKind.True or JsonValueKind.False } flag
                ? flag.ValueKind is JsonValueKind.True
                    ? "true"
                    : "false"
                : Text(field)
        ) switch
        {
            null => usually,
            "false" => false,
            "true" => true,
            var other => throw MlflowException.Invalid(
                $"Invalid value {ClientText.Brief(other)} for parameter '{field}' supplied. It must be true or false."
            ),
        };

    /// <summary>Texts of a list; empty when it is left out.</summary>
    public IReadOnlyList<string> Texts(string field) =>
        _query is not null ? [.. _query[field].OfType<string>().Select(text => Checked(field, text)!)]
        : Value(field) is { } list ? [.. Items(field, list).Select(item => TextOf(field, item)!)]
        : [];

    /// <summary>Objects of a list; empty when it is left out.</summary>
    public IReadOnlyList<MlflowRequest> Objects(string field) =>
        _query is null && Value(field) is { } list
            ?
            [
                .. Items(field, list)
                    .Select(item =>
                        item.ValueKind is JsonValueKind.Object
                            ? new MlflowRequest(item, query: null)
                            : throw MlflowException.Invalid($"Invalid value for parameter '{field}' supplied.")
                    ),
            ]
            : [];

    /// <summary>An object that must be there.</summary>
    public MlflowRequest RequiredObject(string field) =>
        _query is not null || Value(field) is not { } value ? throw MlflowException.Missing(field)
        : value.ValueKind is JsonValueKind.Object ? new MlflowRequest(value, query: null)
        : throw MlflowException.Invalid($"Invalid value for parameter '{field}' supplied.");

    /// <summary>The id of the run, under its old name too.</summary>
    public string RunId() =>
        Text("run_id") is { Length: > 0 } id ? id
        : Text("run_uuid") is { Length: > 0 } old ? old
        : throw MlflowException.Missing("run_id");

    private static JsonElement Parse(byte[] body)
    {
        // A byte order mark, and an empty body.
        var span = body.AsMemory(body.Length - ClientText.WithoutMark(body).Length);
        if (span.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            return JsonElement.Parse("{}");
        }

        var json = ParseText(span.Span);
        // Old clients send the JSON as text within JSON.
        return json.ValueKind is JsonValueKind.String ? ParseText(Encoding.UTF8.GetBytes(json.GetString()!)) : json;
    }

    /// <summary>Parses JSON of which every text and name can be read.</summary>
    /// <exception cref="InvalidOperationException">There is half of a surrogate pair.</exception>
    private static JsonElement ParseText(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw new JsonException();
        }

        var reader = new Utf8JsonReader(utf8);
        while (reader.Read())
        {
            if (reader.ValueIsEscaped)
            {
                _ = reader.GetString();
            }
        }

        return JsonElement.Parse(utf8);
    }

    private JsonElement? Value(string field) =>
        _body.TryGetProperty(field, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    private static string? TextOf(string field, JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => Checked(field, value.GetString()),
            JsonValueKind.Number => value.GetRawText(),
            _ => throw MlflowException.Invalid($"Invalid value for parameter '{field}' supplied."),
        };

    private static JsonElement.ArrayEnumerator Items(string field, JsonElement list) =>
        list.ValueKind is JsonValueKind.Array
            ? list.EnumerateArray()
            : throw MlflowException.Invalid($"Invalid value for parameter '{field}' supplied.");

    /// <summary>PostgreSQL stores no NUL.</summary>
    private static string? Checked(string field, string? text) =>
        text is null || ClientText.IsText(text)
            ? text
            : throw MlflowException.Invalid($"Invalid value for parameter '{field}' supplied.");
}
