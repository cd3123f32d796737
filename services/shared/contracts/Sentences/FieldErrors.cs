using System.Text.Json.Serialization;

namespace Platform.Contracts.Sentences;

/// <summary>What is wrong with a request, by field.</summary>
public sealed class FieldErrors
{
    private readonly Dictionary<string, List<Sentence>> _errors = new(StringComparer.Ordinal);

    /// <summary>How many fields are wrong.</summary>
    public int Count => _errors.Count;

    /// <summary>The sentences in English.</summary>
    public IReadOnlyDictionary<string, string[]> Texts =>
        _errors.ToDictionary(
            error => error.Key,
            error => error.Value.Select(sentence => sentence.Text).ToArray(),
            StringComparer.Ordinal
        );

    /// <summary>The same sentences with their codes.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<FieldError>> Codes =>
        _errors.ToDictionary(
            error => error.Key,
            error => (IReadOnlyList<FieldError>)[.. error.Value.Select(FieldError.Of)],
            StringComparer.Ordinal
        );

    /// <summary>Errors of one field.</summary>
    public static FieldErrors Of(string field, Sentence sentence)
    {
        var errors = new FieldErrors();
        errors.Add(field, sentence);
        return errors;
    }

    /// <summary>Notes an error beside those that the field has already.</summary>
    public void Add(string field, Sentence sentence)
    {
        if (!_errors.TryGetValue(field, out var sentences))
        {
            _errors.Add(field, sentences = []);
        }

        sentences.Add(sentence);
    }

    /// <summary>Notes an error unless the field has one.</summary>
    public void TryAdd(string field, Sentence sentence)
    {
        if (!_errors.ContainsKey(field))
        {
            Add(field, sentence);
        }
    }

    /// <summary>The same errors of fields that lie below another.</summary>
    /// <param name="prefix">Such as <c>job.</c></param>
    public FieldErrors Below(string prefix)
    {
        var below = new FieldErrors();
        foreach (var (field, sentences) in _errors)
        {
            below._errors.Add(prefix + field, sentences);
        }

        return below;
    }
}

/// <summary>One thing that is wrong with a field: the sentence in English, and its code as in <see cref="SentenceCode"/>.</summary>
public sealed record FieldError
{
    public required string Detail { get; init; }
    public string? Code { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Args { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, SentenceCode>? Parts { get; init; }

    /// <summary>The error that a sentence says.</summary>
    public static FieldError Of(Sentence sentence)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        return new FieldError
        {
            Detail = sentence.Text,
            Code = sentence.Code?.Code,
            Args = sentence.Code?.Args,
            Parts = sentence.Code?.Parts,
        };
    }
}
