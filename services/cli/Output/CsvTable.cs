using System.Buffers;
using System.Globalization;

namespace Platform.Cli.Output;

/// <summary>Rows as CSV (RFC 4180), of which a spreadsheet computes none.</summary>
internal static class CsvTable
{
    private static readonly SearchValues<char> _special = SearchValues.Create(",\"\r\n");

    /// <summary>Prints rows under headings. What tables show as a dash is an empty cell.</summary>
    public static int PrintCsv(
        this CommandContext context,
        IReadOnlyList<string> headings,
        IEnumerable<IReadOnlyList<string>> rows
    )
    {
        context.Out.WriteLine(string.Join(',', headings.Select(Cell)));
        foreach (var row in rows)
        {
            context.Out.WriteLine(string.Join(',', row.Select(cell => cell is "–" ? "" : Cell(cell))));
        }

        return 0;
    }

    /// <summary>Prints rows as CSV, or as a table with a line where there are none.</summary>
    public static int PrintRows(
        this CommandContext context,
        bool csv,
        IReadOnlyList<Column> columns,
        IEnumerable<IReadOnlyList<string>> rows,
        string whenEmpty
    )
    {
        if (csv)
        {
            return context.PrintCsv([.. columns.Select(column => column.Heading)], rows);
        }

        context.PrintTable(columns, rows, whenEmpty);
        return 0;
    }

    /// <summary>A text as a cell; one that a spreadsheet would take for a formula begins with a quote. Numbers stay numbers.</summary>
    internal static string Cell(string text)
    {
        var isNumber = double.TryParse(text, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number);
        var isFormula = text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] && !isNumber;
        var safe = isFormula ? $"'{text}" : text;
        return safe.AsSpan().ContainsAny(_special)
            ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : safe;
    }
}
