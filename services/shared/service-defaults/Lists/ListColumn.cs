using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Platform.ServiceDefaults;

/// <summary>A column by which a list is sorted, and how its values are written into cursors.</summary>
public sealed class ListColumn
{
    private readonly Func<object, string> _write;
    private readonly Func<string, object?> _read;

    private ListColumn(string sql, Func<object, string> write, Func<string, object?> read) =>
        (Sql, _write, _read) = (sql, write, read);

    /// <summary>The SQL that gives the value; never null, and of the index that the order is read from.</summary>
    public string Sql { get; }

    /// <summary>A <c>text</c> or <c>varchar</c>.</summary>
    public static ListColumn Text(string sql) =>
        new(sql, value => (string)value, text => ClientText.IsText(text) ? text : null);

    /// <summary>A <c>timestamptz</c>; infinity is a value like others.</summary>
    public static ListColumn Time(string sql) =>
        new(
            sql,
            // Npgsql reads it as UTC, and infinity as the largest value.
            value => ((DateTime)value).ToString("O", CultureInfo.InvariantCulture),
            text =>
                DateTime.TryParseExact(
                    text,
                    "O",
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.RoundtripKind,
                    out var time
                )
                    ? DateTime.SpecifyKind(time, DateTimeKind.Utc)
                    : null
        );

    /// <summary>An <c>integer</c>.</summary>
    public static ListColumn Number(string sql) =>
        new(
            sql,
            value => ((int)value).ToString(CultureInfo.InvariantCulture),
            text =>
                int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : null
        );

    /// <summary>A <c>bigint</c>.</summary>
    public static ListColumn LargeNumber(string sql) =>
        new(
            sql,
            value => ((long)value).ToString(CultureInfo.InvariantCulture),
            text =>
                long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : null
        );

    /// <summary>A <c>float8</c>.</summary>
    public static ListColumn Real(string sql) =>
        new(
            sql,
            value => ((double)value).ToString("R", CultureInfo.InvariantCulture),
            text =>
                double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null
        );

    /// <summary>A <c>uuid</c>.</summary>
    public static ListColumn Uuid(string sql) =>
        new(sql, value => ((Guid)value).ToString(), text => Guid.TryParseExact(text, "D", out var id) ? id : null);

    internal string Write(object value) => _write(value);

    internal bool TryRead(string text, [NotNullWhen(true)] out object? value)
    {
        value = _read(text);
        return value is not null;
    }
}
