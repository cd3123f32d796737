using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Contracts.Sentences;

/// <summary>
/// Says what an English sentence says, for programs and for other languages: stored and sent beside the sentence. All codes with
/// their templates are in <c>docs/contracts/sentences.json</c>; a code never changes its meaning.
/// </summary>
public sealed record SentenceCode
{
    private const int MaxCode = 200;
    private const int MaxArgs = 20;
    private const int MaxName = 50;
    private const int MaxDepth = 4;

    /// <summary>Of codes and names, without what varies.</summary>
    private const int MaxBytes = 4096;

    /// <summary>Six for a character that JSON escapes, twice for arguments that are sentences.</summary>
    private const int MaxBytesPerCharacter = 12;

    /// <summary>Such as <c>placement.needs-gpus</c>.</summary>
    public required string Code { get; init; }

    /// <summary>What varies, by the name of its place in the template; null when nothing does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Args { get; init; }

    /// <summary>The arguments that are sentences themselves, with codes of their own; <see cref="Args"/> has their English. Mostly null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, SentenceCode>? Parts { get; init; }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <returns>Null for null.</returns>
    public static SentenceCode? FromJson(byte[]? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, SentenceJson.Default.SentenceCode);

    /// <summary>As it is stored in tables.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, SentenceJson.Default.SentenceCode);

    /// <summary>
    /// The code as it may be stored when another machine sent it: without NUL, and with no longer arguments than given.
    /// </summary>
    /// <returns>Null when it is none that the platform would have sent.</returns>
    public SentenceCode? Storable(int maxLength) =>
        Storable(maxLength, MaxDepth) is { } code
        && code.ToJson().Length <= MaxBytes + (MaxBytesPerCharacter * maxLength)
            ? code
            : null;

    /// <inheritdoc />
    public bool Equals(SentenceCode? other) =>
        other is not null
        && string.Equals(Code, other.Code, StringComparison.Ordinal)
        && HaveSame(Args, other.Args)
        && HaveSame(Parts, other.Parts);

    /// <inheritdoc />
    public override int GetHashCode() =>
        HashCode.Combine(StringComparer.Ordinal.GetHashCode(Code), Args?.Count ?? 0, Parts?.Count ?? 0);

    private SentenceCode? Storable(int maxLength, int depth)
    {
        var isOurs =
            depth > 0
            && Code is { Length: > 0 and <= MaxCode }
            && Code.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '/' or '_')
            && (Args is null || (Args.Count <= MaxArgs && Args.All(arg => IsName(arg.Key))))
            && (Parts is null || (Parts.Count <= MaxArgs && Parts.All(part => IsName(part.Key))));
        if (!isOurs)
        {
            return null;
        }

        var parts = new Dictionary<string, SentenceCode>(StringComparer.Ordinal);
        foreach (var (name, part) in Parts ?? new Dictionary<string, SentenceCode>(StringComparer.Ordinal))
        {
            if (part?.Storable(maxLength, depth - 1) is { } storable)
            {
                parts.Add(name, storable);
            }
        }

        return this with
        {
            Args = Args?.ToDictionary(arg => arg.Key, arg => Cut(arg.Value, maxLength), StringComparer.Ordinal),
            Parts = parts.Count == 0 ? null : parts,
        };
    }

    private static bool IsName(string name) => name.Length is > 0 and <= MaxName && name.All(char.IsAsciiLetterOrDigit);

    private static string Cut(string? text, int maxLength) =>
        (text ?? "")[..Math.Min(text?.Length ?? 0, maxLength)].Replace('\0', '\uFFFD');

    private static bool HaveSame<T>(IReadOnlyDictionary<string, T>? one, IReadOnlyDictionary<string, T>? other) =>
        (one?.Count ?? 0) == (other?.Count ?? 0)
        && (one is null || one.All(entry => other!.TryGetValue(entry.Key, out var same) && Equals(entry.Value, same)));
}

/// <summary>The stored form.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SentenceCode))]
internal sealed partial class SentenceJson : JsonSerializerContext;
