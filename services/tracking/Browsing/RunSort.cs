using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Browsing;

/// <summary>The place of a row in a sorted list of runs: its sort key, and its id among rows of the same key.</summary>
internal sealed record RunPosition(object Key, string Id);

/// <summary>A sort order of the list of runs; ties are broken by id.</summary>
internal sealed class RunSort
{
    /// <summary>The newest first.</summary>
    public const string Default = "-createdAt";

    private static readonly Dictionary<string, string> _columns = new(StringComparer.Ordinal)
    {
        ["createdAt"] = "r.created_at",
        ["updatedAt"] = "r.updated_at",
        ["name"] = "r.name",
        ["project"] = "coalesce(r.project, '')",
        ["status"] = "r.status",
    };

    private readonly string _text;
    private readonly bool _descending;

    private RunSort(string text, string column, bool descending) =>
        (_text, Column, _descending) = (text, column, descending);

    /// <summary>What runs can be sorted by.</summary>
    public static IReadOnlyCollection<string> Keys => _columns.Keys;

    /// <summary>The SQL of the sort key, over <c>run r</c>.</summary>
    public string Column { get; }

    /// <summary><c>asc</c> or <c>desc</c>.</summary>
    public string Direction => _descending ? "desc" : "asc";

    /// <summary>How a row that comes later compares to one before it.</summary>
    public char Later => _descending ? '<' : '>';

    /// <param name="text">A key, with <c>-</c> before it for descending.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out RunSort? sort)
    {
        var descending = text.StartsWith('-');
        sort = _columns.TryGetValue(text[(descending ? 1 : 0)..], out var column)
            ? new RunSort(text, column, descending)
            : null;
        return sort is not null;
    }

    /// <summary>The cursor of the page after a row.</summary>
    public string WriteCursor(RunPosition last) =>
        Cursor.Encode(
            _text,
            last.Key is DateTime time ? time.ToString("O", CultureInfo.InvariantCulture) : (string)last.Key,
            last.Id
        );

    /// <returns>False for what is no cursor of a list in this order.</returns>
    public bool TryReadCursor(string cursor, [NotNullWhen(true)] out RunPosition? position)
    {
        position = null;
        if (
            !Cursor.TryDecode(cursor, 3, out var parts)
            || !string.Equals(parts[0], _text, StringComparison.Ordinal)
            || parts.Any(part => part.Contains('\0'))
        )
        {
            return false;
        }

        if (!_text.EndsWith("At", StringComparison.Ordinal))
        {
            position = new RunPosition(parts[1], parts[2]);
        }
        else if (
            DateTime.TryParseExact(
                parts[1],
                "O",
                CultureInfo.InvariantCulture,
                DateTimeStyles.RoundtripKind,
                out var time
            )
            && time.Kind is DateTimeKind.Utc
        )
        {
            position = new RunPosition(time, parts[2]);
        }

        return position is not null;
    }
}
