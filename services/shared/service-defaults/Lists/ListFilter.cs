using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>
/// Which rows a list has. Values of clients are parameters, never SQL. A value that is not allowed is noted under the name of its
/// query parameter, and the list answers 400.
/// </summary>
public sealed class ListFilter
{
    private const int MaxTextLength = 250;

    private readonly List<string> _conditions = [];
    private readonly List<NpgsqlParameter> _parameters = [];

    /// <summary>What is wrong, by query parameter.</summary>
    public FieldErrors Errors { get; } = new();

    /// <summary>
    /// True while all conditions are on columns that the list's counts have (<see cref="ListCounts"/>), so that the total is known
    /// without counting.
    /// </summary>
    public bool IsCounted { get; private set; } = true;

    /// <summary>The conditions, all of which hold for the rows.</summary>
    public IReadOnlyList<string> Conditions => _conditions;

    internal string Where => _conditions.Count == 0 ? "" : $"where {string.Join(" and ", _conditions)}";

    /// <summary>Notes what is wrong with a query parameter.</summary>
    public void Reject(string name, Sentence error) => Errors.TryAdd(name, error);

    /// <summary>Adds a condition; it gets a function that turns a value into a parameter.</summary>
    /// <param name="condition">SQL over the list's table.</param>
    /// <param name="counted">True when the list's counts have its columns.</param>
    public void Add(Func<Func<object, string>, string> condition, bool counted = false)
    {
        ArgumentNullException.ThrowIfNull(condition);
        _conditions.Add(condition(Parameter));
        IsCounted &= counted;
    }

    /// <summary>Rows with a value of a closed set, or one of several separated by commas.</summary>
    /// <param name="name">The query parameter.</param>
    /// <param name="value">What the client sent; null or empty for no condition.</param>
    public void AddOneOf(
        string name,
        string? value,
        string column,
        IReadOnlyCollection<string> allowed,
        bool counted = false
    )
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        var wanted = value.Split(',');
        if (wanted.Except(allowed, StringComparer.Ordinal).Any())
        {
            Reject(name, ListSentences.OneOf.With(string.Join(", ", allowed)));
            return;
        }

        Add(
            parameter =>
                wanted.Length == 1 ? $"{column} = {parameter(wanted[0])}" : $"{column} = any({parameter(wanted)})",
            counted
        );
    }

    /// <summary>Rows with a <c>uuid</c>.</summary>
    /// <param name="problem">What to say of a value that is none.</param>
    public void AddId(string name, string? value, string column, Sentence problem)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        if (Guid.TryParse(value, out var id))
        {
            Add(parameter => $"{column} = {parameter(id)}");
        }
        else
        {
            Reject(name, problem);
        }
    }

    /// <summary>Rows of a project and those below it: <c>demo</c> finds <c>demo/digits</c>, not <c>demonstration</c>.</summary>
    /// <param name="exact">Without those below it.</param>
    public void AddProject(string name, string? value, string column, bool exact = false)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        if (ClientText.ProblemWithProject(value) is { } problem)
        {
            Reject(name, problem);
            return;
        }

        // In the order of bytes, '0' follows '/'.
        var bytes = $"{column} collate \"C\"";
        Add(
            parameter =>
                exact
                    ? $"{bytes} = {parameter(value)}"
                    : $"({bytes} = {parameter(value)} or {bytes} >= {parameter($"{value}/")} and {bytes} < {parameter($"{value}0")})",
            counted: true
        );
    }

    /// <summary>Rows that contain a text in any case.</summary>
    /// <param name="matches">SQL for a pattern of <c>like</c>, without a pattern of the client's own, and for the text.</param>
    public void AddSearch(string name, string? value, Func<Func<object, string>, ListSearch, string> matches)
    {
        ArgumentNullException.ThrowIfNull(matches);
        if (TakesText(name, value))
        {
            Add(parameter => matches(parameter, new ListSearch(value)));
        }
    }

    /// <summary>Rows that are in the recycle bin when the flag is true, otherwise those that are not.</summary>
    /// <param name="column">A boolean of the list's counts.</param>
    public void AddDeleted(string name, string? value, string column)
    {
        var isDeleted = TakesFlag(name, value);
        Add(_ => isDeleted ? column : $"not {column}", counted: true);
    }

    /// <summary>Reads a flag; false when it is left out.</summary>
    public bool TakesFlag(string name, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return false;
        }

        if (!bool.TryParse(value, out var flag))
        {
            Reject(name, ListSentences.Flag);
        }

        return flag;
    }

    /// <summary>True when there is a text and it is allowed.</summary>
    /// <param name="max">The most characters.</param>
    public bool TakesText(string name, [NotNullWhen(true)] string? value, int max = MaxTextLength)
    {
        if (string.IsNullOrEmpty(value))
        {
            return false;
        }

        var isAllowed = value.Length <= max && ClientText.IsText(value);
        if (!isAllowed)
        {
            Reject(name, ListSentences.Text.With(max));
        }

        return isAllowed;
    }

    /// <summary>Tells queries with other conditions or another order apart, so that a cursor of one is refused by the other.</summary>
    internal string Fingerprint(string sort)
    {
        var text = new StringBuilder(sort).Append('\n').AppendJoin('\n', _conditions);
        foreach (var value in _parameters.Select(parameter => parameter.Value))
        {
            text.Append('\n').Append(value is string[] several ? string.Join(',', several) : value);
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 6));
    }

    /// <summary>A filter with the same conditions and parameters, to which others can be added.</summary>
    public ListFilter Copy()
    {
        var copy = new ListFilter { IsCounted = IsCounted };
        copy._conditions.AddRange(_conditions);
        copy._parameters.AddRange(_parameters);
        return copy;
    }

    /// <summary>A command with the parameters of this filter.</summary>
    public NpgsqlBatchCommand Command(string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in _parameters)
        {
            command.Parameters.Add(parameter.Clone());
        }

        return command;
    }

    /// <summary>Turns a value into a parameter of every command that this filter and its copies make.</summary>
    public string Parameter(object value)
    {
        _parameters.Add(new NpgsqlParameter { Value = value });
        return string.Create(CultureInfo.InvariantCulture, $"${_parameters.Count}");
    }
}

/// <summary>A text that is searched for. Patterns are as <see cref="TextIndex.Fold"/> writes it.</summary>
/// <param name="Text">As the client wrote it.</param>
public readonly record struct ListSearch(string Text)
{
    /// <summary>The pattern of <c>like</c> that contains the text in any case; its own wildcards stand for themselves.</summary>
    public string Pattern => $"%{Escape(TextIndex.Fold(Text))}%";

    /// <summary>The pattern of what begins with the text, in any case.</summary>
    public string Prefix => $"{Escape(TextIndex.Fold(Text))}%";

    /// <summary>The pattern of what ends with the text, in any case, for an index of reversed text.</summary>
    public string ReversedEnd => $"{Escape(string.Concat(TextIndex.Fold(Text).EnumerateRunes().Reverse()))}%";

    /// <summary>Reads the text as the beginning of a <c>uuid</c>, with or without its dashes.</summary>
    /// <returns>False when it cannot be one.</returns>
    public bool TryReadIdPrefix(out Guid first, out Guid last)
    {
        var digits = Text.Replace("-", "", StringComparison.Ordinal);
        first = last = Guid.Empty;
        return digits.Length is > 0 and <= 32
            && digits.All(char.IsAsciiHexDigit)
            && Guid.TryParseExact(digits.PadRight(32, '0'), "N", out first)
            && Guid.TryParseExact(digits.PadRight(32, 'f'), "N", out last);
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var character in text)
        {
            escaped.Append(character is '%' or '_' or '\\' ? "\\" : "").Append(character);
        }

        return escaped.ToString();
    }
}
