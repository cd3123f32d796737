using System.Text;
using System.Text.Json;
using Platform.Contracts.Sentences;
using Platform.Contracts.Tracking;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Runs;

/// <summary>Validation of names and values of runs. Every rule also excludes what PostgreSQL cannot store.</summary>
internal static class RunRules
{
    /// <summary>The maximum size of a body that describes a run.</summary>
    public const int MaxBodyBytes = 1024 * 1024;
    public const int MaxName = 250;
    public const int MaxKey = 250;
    public const int MaxTag = 8000;
    public const int MaxValueBytes = 16 * 1024;
    public const int MaxNotes = 64 * 1024;
    public const int MaxEnvironmentBytes = 256 * 1024;

    /// <inheritdoc cref="RunIds.TryNormalize" />
    public static bool TryNormalizeId(string? id, out string normalized) => RunIds.TryNormalize(id, out normalized);

    /// <summary>True for what follows <c>/api/runs/</c> in an address that is none of a run: the run could not be read.</summary>
    /// <remarks>Experiments, whose ids are numbers, and logged models have streams beside those of runs.</remarks>
    public static bool IsReservedId(string id) =>
        id.ToLowerInvariant() is "compare" or "analytics" or "export"
        || id.All(char.IsAsciiDigit)
        || LoggedModelIds.IsId(id);

    public static bool IsName(string? name) => IsText(name, MaxName) && ClientText.IsVisibleLine(name!);

    public static bool IsKey(string? key) => IsText(key, MaxKey);

    /// <summary>Text of one line.</summary>
    /// <param name="max">The most characters as clients count them: code points, not the units of UTF-16.</param>
    public static bool IsText(string? text, int max) =>
        text is { Length: >= 1 } && ClientText.Length(text) <= max && ClientText.IsOneLine(text);

    /// <summary>Text of any number of lines.</summary>
    /// <param name="max">The most characters, counted as in <see cref="IsText"/>.</param>
    public static bool IsLongText(string text, int max) => ClientText.Length(text) <= max && ClientText.IsText(text);

    /// <summary>An object that can be stored, of a size that can be read with the run.</summary>
    public static bool IsEnvironment(RunValue value) =>
        value.Json.ValueKind is JsonValueKind.Object
        && CanBeStored(value.Json)
        && Encoding.UTF8.GetByteCount(value.ToString()) <= MaxEnvironmentBytes;

    /// <summary>The first error in the values, or null.</summary>
    public static (string Field, Sentence Error)? CheckValues(
        string field,
        IReadOnlyDictionary<string, RunValue>? values
    )
    {
        foreach (var (key, value) in values ?? new Dictionary<string, RunValue>(StringComparer.Ordinal))
        {
            if (!IsKey(key))
            {
                return (field, RunSentences.Key);
            }

            if (!CanBeStored(value.Json) || Encoding.UTF8.GetByteCount(value.ToString()) > MaxValueBytes)
            {
                return ($"{field}.{key}", RunSentences.Value.With(MaxValueBytes));
            }
        }

        return null;
    }

    /// <summary>The first error in the tags, or null.</summary>
    public static (string Field, Sentence Error)? CheckTags(IReadOnlyDictionary<string, string?>? tags)
    {
        foreach (var (key, value) in tags ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            if (!IsKey(key))
            {
                return ("tags", RunSentences.Key);
            }

            if (value is not null && !IsLongText(value, MaxTag))
            {
                return ($"tags.{key}", RunSentences.Tag.With(MaxTag));
            }
        }

        return null;
    }

    /// <summary>A jsonb column refuses NUL characters, unpaired surrogates and numbers beyond its range.</summary>
    private static bool CanBeStored(JsonElement json)
    {
        try
        {
            return IsStorable(json);
        }
        catch (InvalidOperationException)
        {
            // Reading text throws for an escaped unpaired surrogate.
            return false;
        }
    }

    private static bool IsZero(string number) =>
        !number
            .AsSpan(0, number.AsSpan().IndexOfAny('e', 'E') is >= 0 and var end ? end : number.Length)
            .ContainsAnyInRange('1', '9');

    private static bool IsStorable(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.String => ClientText.IsText(json.GetString()!),
            JsonValueKind.Number => json.TryGetDouble(out var number)
                && double.IsFinite(number)
                // PostgreSQL keeps digits that are too small for a floating-point number, but not any number of them.
                && (number != 0 || IsZero(json.GetRawText())),
            JsonValueKind.Array => json.EnumerateArray().All(IsStorable),
            JsonValueKind.Object => json.EnumerateObject()
                .All(property => ClientText.IsText(property.Name) && IsStorable(property.Value)),
            _ => true,
        };
}
