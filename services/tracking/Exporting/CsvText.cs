using System.Buffers;

namespace Platform.Tracking.Exporting;

/// <summary>Cells of CSV files (RFC 4180) that a spreadsheet shows and never computes.</summary>
internal static class CsvText
{
    /// <summary>What is put before a text that a spreadsheet would take for a formula, and before a text that begins with it.</summary>
    private const char Mark = '\'';

    private static readonly SearchValues<char> _special = SearchValues.Create(",\"\r\n");

    /// <summary>A text as a cell.</summary>
    public static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var safe = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or Mark ? $"{Mark}{text}" : text;
        return safe.AsSpan().ContainsAny(_special)
            ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : safe;
    }

    /// <summary>The text of a cell that <see cref="Cell"/> made, without its quotes.</summary>
    public static string TextOf(string cell) => cell.StartsWith(Mark) ? cell[1..] : cell;
}
