using System.Text;
using Spectre.Console.Rendering;

namespace Platform.Cli.Output;

/// <summary>Which columns of a table fit a terminal, how wide they are, and how a cell is shortened.</summary>
internal static class TableLayout
{
    public const int Gap = 2;

    /// <summary>How many characters of an id are shown, as in the web app.</summary>
    public const int ShortIdLength = 8;

    /// <summary>The columns that are shown, by index, with their widths.</summary>
    /// <param name="natural">The width of each column's longest cell.</param>
    public static IReadOnlyList<(int Index, int Width)> Fit(
        IReadOnlyList<Column> columns,
        IReadOnlyList<int> natural,
        int width
    )
    {
        var shown = Enumerable.Range(0, columns.Count).ToList();
        while (shown.Count > 1 && Sum(shown, index => Least(columns[index], natural[index])) > width)
        {
            // Of several with the same number the last one goes first.
            var dropped = shown.Last(index => columns[index].Drop == shown.Max(other => columns[other].Drop));
            shown.Remove(dropped);
        }

        // The longest columns are shortened first: all are cut at one length, as far as each can be.
        var limit = shown.Max(index => natural[index]);
        while (limit > 1 && Sum(shown, index => Width(index, limit)) > width)
        {
            limit--;
        }

        return [.. shown.Select(index => (index, Width(index, limit)))];

        int Width(int index, int longest) =>
            Math.Min(
                shown.Count == 1 ? width : int.MaxValue,
                Math.Min(natural[index], Math.Max(longest, Least(columns[index], natural[index])))
            );
    }

    /// <summary>How many cells of a terminal a text takes; a Chinese character takes two.</summary>
    public static int WidthOf(string text) => new Segment(text).CellCount();

    /// <summary>A text within a width, with an ellipsis in place of its end.</summary>
    public static string Shorten(string text, int width)
    {
        if (WidthOf(text) <= width)
        {
            return text;
        }

        var kept = new StringBuilder();
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            used += WidthOf(rune.ToString());
            if (used > width - 1)
            {
                break;
            }

            kept.Append(rune.ToString());
        }

        return kept.Append('…').ToString();
    }

    /// <summary>The end of an id of the platform; names that clients gave stay whole.</summary>
    public static string ShortId(string id) => Guid.TryParseExact(id, "D", out _) ? id[^ShortIdLength..] : id;

    /// <summary>A text on one line, without what a terminal would obey.</summary>
    public static string OneLine(string text) =>
        text.Any(char.IsControl)
            ? string.Concat(text.ReplaceLineEndings(" ").Select(one => char.IsControl(one) ? ' ' : one))
            : text;

    private static int Least(Column column, int natural) =>
        column.Kind is ColumnKind.Text or ColumnKind.Time
            ? Math.Min(natural, Math.Max(column.Least, column.Heading.Length))
            : natural;

    private static int Sum(List<int> shown, Func<int, int> width) => shown.Sum(width) + (Gap * (shown.Count - 1));
}
