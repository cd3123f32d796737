using System.Text;

namespace Platform.Cli.Output;

/// <summary>Tables and lists of fields.</summary>
internal static class Tables
{
    private const string Bold = "1";

    /// <summary>
    /// Prints rows under headings. On a terminal they fit its width; elsewhere nothing is shortened, and cells are separated by
    /// tabs.
    /// </summary>
    public static void PrintTable(
        this CommandContext context,
        IReadOnlyList<Column> columns,
        IEnumerable<IReadOnlyList<string>> rows,
        string whenEmpty
    )
    {
        var cells = rows.Select(row => row.Select(TableLayout.OneLine).ToArray()).ToList();
        if (cells.Count == 0)
        {
            context.Out.WriteLine(whenEmpty);
        }
        else if (context.Terminal is { } terminal)
        {
            context.Out.Write(Draw(columns, cells, terminal));
        }
        else
        {
            context.Out.WriteLine(string.Join('\t', columns.Select(column => column.Title)).TrimEnd());
            foreach (var row in cells)
            {
                context.Out.WriteLine(string.Join('\t', row));
            }
        }
    }

    /// <summary>Prints an item's fields, one per line.</summary>
    public static void PrintFields(
        this CommandContext context,
        params IReadOnlyList<(string Name, string Value)> fields
    )
    {
        var width = fields.Max(field => field.Name.Length) + 2;
        foreach (var (name, value) in fields)
        {
            context.Out.WriteLine($"{TableLayout.OneLine(name).PadRight(width)}{TableLayout.OneLine(value)}");
        }
    }

    /// <summary>The lines of a table on a terminal.</summary>
    internal static string Draw(IReadOnlyList<Column> columns, IReadOnlyList<string[]> rows, Terminal terminal)
    {
        var shown = rows.Select(row => row.Select((cell, i) => Shown(columns[i], cell, terminal)).ToArray()).ToList();
        var natural = columns
            .Select((column, i) => Math.Max(column.Heading.Length, shown.Max(row => TableLayout.WidthOf(row[i]))))
            .ToList();
        var fitting = TableLayout.Fit(columns, natural, terminal.Width);
        var output = new StringBuilder();
        Line(fitting.Select(column => (columns[column.Index].Title, (string?)Bold)));
        foreach (var row in shown)
        {
            Line(fitting.Select(column => (row[column.Index], StyleOf(columns[column.Index], row[column.Index]))));
        }

        return output.ToString();

        void Line(IEnumerable<(string Text, string? Style)> line)
        {
            var all = line.ToList();
            for (var i = 0; i < all.Count; i++)
            {
                var text = TableLayout.Shorten(all[i].Text, fitting[i].Width);
                output.Append(
                    terminal.HasColors && all[i].Style is { } style ? $"\u001b[{style}m{text}\u001b[0m" : text
                );
                if (i < all.Count - 1)
                {
                    output.Append(new string(' ', fitting[i].Width - TableLayout.WidthOf(text) + TableLayout.Gap));
                }
            }

            output.Append('\n');
        }
    }

    private static string Shown(Column column, string cell, Terminal terminal) =>
        column.Kind switch
        {
            ColumnKind.Id => TableLayout.ShortId(cell),
            ColumnKind.Time => Times.Local(cell, terminal.TimeZone),
            _ => cell,
        };

    /// <summary>A style as the number of its escape sequence; null for the terminal's usual one.</summary>
    private static string? StyleOf(Column column, string cell) =>
        column.Kind is not ColumnKind.Status
            ? null
            : cell switch
            {
                "failed" or "offline" => "31",
                "running" or "online" => "32",
                "pending" or "queued" or "placed" or "scheduled" => "33",
                "cancelled" or "interrupted" => "90",
                _ => null,
            };
}
