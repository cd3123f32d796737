using Spectre.Console;

namespace Platform.Cli.Output;

/// <summary>Plain tables and lists of fields.</summary>
internal static class Tables
{
    /// <summary>Prints rows under headings.</summary>
    public static void PrintTable(
        this CommandContext context,
        IReadOnlyList<string> headings,
        IEnumerable<IReadOnlyList<string>> rows,
        string whenEmpty
    )
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var heading in headings)
        {
            table.AddColumn(
                new TableColumn(Markup.Escape(heading.ToUpperInvariant()))
                {
                    NoWrap = true,
                    Padding = new Padding(0, 0, 3, 0),
                }
            );
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        if (table.Rows.Count == 0)
        {
            context.Out.WriteLine(whenEmpty);
            return;
        }

        context.Console.Write(table);
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
            context.Out.WriteLine($"{name.PadRight(width)}{value}");
        }
    }
}
