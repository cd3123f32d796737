using System.Globalization;
using System.Text;

namespace Platform.Cli.Output;

/// <summary>A curve of a plot.</summary>
/// <param name="Points">In the order in which they are connected; a value that is no finite number interrupts the curve.</param>
internal sealed record PlotSeries(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>How a plot is drawn.</summary>
/// <param name="IsUnicode">Braille characters, of which each has eight dots; otherwise one ASCII character for a point.</param>
/// <param name="HasColors">Each curve has its colour.</param>
internal sealed record PlotStyle(int Width, int Height, bool IsUnicode, bool HasColors)
{
    private const int DefaultWidth = 80;
    private const int MaxHeight = 20;
    private const int MinHeight = 5;
    private static readonly string[] _localeVariables = ["LC_ALL", "LC_CTYPE", "LANG"];

    /// <summary>Braille and colours on a terminal that shows them, unless <c>NO_COLOR</c> asks for plain text.</summary>
    public static PlotStyle Of(CommandContext context)
    {
        var variable = context.Invocation.Variable;
        var locale = _localeVariables.Select(variable).FirstOrDefault(one => !string.IsNullOrEmpty(one));
        var isUnicode =
            context.Terminal is not null
            && string.IsNullOrEmpty(variable("NO_COLOR"))
            && locale?.Replace("-", "", StringComparison.Ordinal).Contains("utf8", StringComparison.OrdinalIgnoreCase)
                is true;
        // Below the plot are its axis and the names of its curves.
        var height = context.Terminal is { } terminal
            ? Math.Clamp(terminal.Height - 8, MinHeight, MaxHeight)
            : MaxHeight;
        return new PlotStyle(
            context.Terminal?.Width
                ?? (
                    int.TryParse(variable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns)
                    && columns > 0
                        ? columns
                        : DefaultWidth
                ),
            height,
            isUnicode,
            context.Terminal is { HasColors: true }
        );
    }
}

/// <summary>Draws curves with characters.</summary>
internal static class Plot
{
    private const string Markers = "*+ox#@%&";
    private static readonly int[] _colors = [36, 33, 35, 32, 34, 31];

    /// <summary>The bits of a braille character by row and column of its dots.</summary>
    private static readonly int[,] _dots =
    {
        { 0x01, 0x08 },
        { 0x02, 0x10 },
        { 0x04, 0x20 },
        { 0x40, 0x80 },
    };

    /// <summary>The lines of a plot; none when there is no finite value.</summary>
    public static IReadOnlyList<string> Draw(IReadOnlyList<PlotSeries> series, PlotStyle style)
    {
        var all = series.SelectMany(one => one.Points).Where(IsFinite).ToList();
        if (all.Count == 0)
        {
            return [];
        }

        var (left, right) = (all.Min(point => point.X), all.Max(point => point.X));
        var (low, high) = (all.Min(point => point.Y), all.Max(point => point.Y));
        var labels = (Number(low), Number(high));
        var margin = Math.Max(labels.Item1.Length, labels.Item2.Length) + 2;
        var canvas = new Canvas(Math.Max(8, style.Width - margin), style.Height, style.IsUnicode);
        foreach (var (one, i) in series.Select((one, i) => (one, i)))
        {
            Trace(canvas, one, i, point => (Share(point.X, left, right), Share(point.Y, low, high)));
        }

        var lines = new List<string>();
        for (var row = 0; row < style.Height; row++)
        {
            var label =
                row == 0 ? labels.Item2
                : row == style.Height - 1 ? labels.Item1
                : "";
            lines.Add($"{label.PadLeft(margin - 2)} {(style.IsUnicode ? '┤' : '|')}{canvas.Row(row, style.HasColors)}");
        }

        var (first, last) = (Number(left), Number(right));
        lines.Add(
            $"{new string(' ', margin - 1)}{(style.IsUnicode ? '└' : '+')}{new string(style.IsUnicode ? '─' : '-', canvas.Columns)}"
        );
        lines.Add(
            $"{new string(' ', margin)}{first}{last.PadLeft(Math.Max(last.Length + 1, canvas.Columns - first.Length))}"
        );
        lines.AddRange(series.Select((one, i) => Legend(one, i, style)));
        return lines;
    }

    private static string Legend(PlotSeries series, int index, PlotStyle style)
    {
        var marker = style.IsUnicode ? "──" : $"{Markers[index % Markers.Length]} ";
        var range = series.Points.Where(IsFinite).Select(point => point.Y).ToList();
        var text =
            range.Count == 0
                ? "no finite value"
                : $"last {Number(series.Points[^1].Y)}, min {Number(range.Min())}, max {Number(range.Max())}";
        return $"{Colored(marker, index, style.HasColors)} {TableLayout.OneLine(series.Name)}  {text}";
    }

    private static void Trace(
        Canvas canvas,
        PlotSeries series,
        int index,
        Func<(double X, double Y), (double X, double Y)> place
    )
    {
        (int X, int Y)? before = null;
        foreach (var point in series.Points)
        {
            if (!IsFinite(point))
            {
                before = null;
                continue;
            }

            var (x, y) = place(point);
            var dot = (
                X: (int)Math.Round(x * (canvas.DotColumns - 1)),
                Y: (int)Math.Round((1 - y) * (canvas.DotRows - 1))
            );
            canvas.Line(before ?? dot, dot, index);
            before = dot;
        }
    }

    private static bool IsFinite((double X, double Y) point) => double.IsFinite(point.X) && double.IsFinite(point.Y);

    /// <summary>Where a value lies between two others, 0 to 1; halves first, as the difference of two numbers may be none.</summary>
    private static double Share(double value, double low, double high) =>
        high > low ? ((value / 2) - (low / 2)) / ((high / 2) - (low / 2)) : 0.5;

    private static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);

    private static string Colored(string text, int index, bool hasColors) =>
        hasColors ? $"\u001b[{_colors[index % _colors.Length]}m{text}\u001b[0m" : text;

    /// <summary>What is drawn on.</summary>
    private sealed class Canvas(int columns, int rows, bool isUnicode)
    {
        private readonly int[,] _cells = new int[rows, columns];
        private readonly int[,] _owners = new int[rows, columns];

        public int Columns => columns;
        public int DotColumns => isUnicode ? columns * 2 : columns;
        public int DotRows => isUnicode ? rows * 4 : rows;

        public void Line((int X, int Y) from, (int X, int Y) to, int series)
        {
            var steps = Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y));
            for (var i = 0; i <= steps; i++)
            {
                var share = steps == 0 ? 0 : (double)i / steps;
                Set(Round(from.X + (share * (to.X - from.X))), Round(from.Y + (share * (to.Y - from.Y))), series);
            }
        }

        public string Row(int row, bool hasColors)
        {
            var text = new StringBuilder();
            for (var column = 0; column < columns; column++)
            {
                var cell = _cells[row, column];
                text.Append(
                    cell == 0
                        ? " "
                        : Colored(
                            isUnicode
                                ? $"{(char)(0x2800 + cell)}"
                                : $"{Markers[_owners[row, column] % Markers.Length]}",
                            _owners[row, column],
                            hasColors
                        )
                );
            }

            return text.ToString().TrimEnd(' ');
        }

        /// <summary>Halves away from zero, so that all steps of a line are equally long.</summary>
        private static int Round(double number) => (int)Math.Round(number, MidpointRounding.AwayFromZero);

        private void Set(int x, int y, int series)
        {
            var (row, column) = isUnicode ? (y / 4, x / 2) : (y, x);
            _cells[row, column] |= isUnicode ? _dots[y % 4, x % 2] : 1;
            _owners[row, column] = series;
        }
    }
}
