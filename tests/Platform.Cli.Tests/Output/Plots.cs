using Platform.Cli.Output;

namespace Platform.Cli.Tests.Output;

public sealed class Plots
{
    private static readonly PlotStyle _ascii = new(Width: 20, Height: 5, IsUnicode: false, HasColors: false);

    [Fact]
    public void of_a_line_go_from_its_first_to_its_last_point()
    {
        var lines = Plot.Draw([Series("up", (0, 0), (10, 4))], _ascii);

        Assert.Equal(
            [
                "4 |               **",
                "  |           ****",
                "  |       ****",
                "  |   ****",
                "0 |***",
                "  +-----------------",
                "   0              10",
                "*  up  last 4, min 0, max 4",
            ],
            lines
        );
    }

    [Fact]
    public void have_a_marker_for_each_curve()
    {
        var lines = Plot.Draw([Series("low", (0, 0), (1, 0)), Series("high", (0, 1), (1, 1))], _ascii);

        Assert.Equal($"1 |{new string('+', 17)}", lines[0]);
        Assert.Equal($"0 |{new string('*', 17)}", lines[4]);
        Assert.Equal("+  high  last 1, min 1, max 1", lines[^1]);
    }

    [Fact]
    public void have_a_gap_where_a_value_is_no_number()
    {
        var lines = Plot.Draw(
            [Series("gap", (0, 1), (4, 1), (8, double.NaN), (12, 1), (16, 1))],
            _ascii with
            {
                Height = 1,
            }
        );

        Assert.Equal("1 |*****       *****", lines[0]);
    }

    [Fact]
    public void of_numbers_whose_difference_is_none_are_drawn_all_the_same()
    {
        var lines = Plot.Draw([Series("wide", (0, -double.MaxValue), (1, double.MaxValue))], _ascii);

        Assert.EndsWith("*", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void of_braille_characters_have_eight_dots_in_each()
    {
        var lines = Plot.Draw(
            [Series("up", (0, 0), (1, 1))],
            new PlotStyle(Width: 11, Height: 2, IsUnicode: true, HasColors: false)
        );

        Assert.All(lines.Take(2), line => Assert.Contains(line, one => one is >= '\u2801' and <= '\u28FF'));
        Assert.StartsWith("  └────────", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void without_a_finite_value_are_none() =>
        Assert.Empty(Plot.Draw([Series("nothing", (0, double.NaN))], _ascii));

    [Fact]
    public void have_colours_only_where_they_are_shown()
    {
        var colored = Plot.Draw([Series("up", (0, 0), (1, 1))], _ascii with { HasColors = true });

        Assert.Contains(colored, line => line.Contains("\u001b[36m", StringComparison.Ordinal));
        Assert.DoesNotContain(
            Plot.Draw([Series("up", (0, 0), (1, 1))], _ascii),
            line => line.Contains('\u001b', StringComparison.Ordinal)
        );
    }

    private static PlotSeries Series(string name, params (double, double)[] points) => new(name, points);
}
