using System.Text;
using CsCheck;
using Platform.Jobs.LogShipping;

namespace Platform.Jobs.Tests.Logs;

public sealed class Splitting_a_log_into_documents
{
    [Fact]
    public void shows_what_a_terminal_finally_shows()
    {
        Assert.Equal(
            ["a", "", "100 %", "x\uFFFDy", "rest"],
            Split("a\n\n 10 %\r100 %\r\nx\u0001y\nrest", isEnd: true).Select(line => line.Text)
        );
        Assert.Equal(["a"], Split("a\nrest", isEnd: false).Select(line => line.Text));
    }

    [Fact]
    public void cuts_a_long_line_at_whole_characters()
    {
        var lines = Split($"x{new string('é', 70_000)}\nnext\n", isEnd: false);

        Assert.Equal([0, 65_535, 131_071, 140_002], lines.Select(line => line.Start));
        Assert.Equal([true, true, false, false], lines.Select(line => line.IsPart));
        Assert.DoesNotContain(lines, line => line.Text.Contains('\uFFFD', StringComparison.Ordinal));
    }

    [Fact]
    public void makes_the_same_lines_wherever_it_stops_and_goes_on() =>
        Gen.Select(Gen.Byte.Array[0, 400].Array[0, 400], Gen.Int[1, 200_000])
            .Sample(
                (parts, step) =>
                {
                    byte[] bytes = [.. parts.SelectMany(part => part.Select(b => b < 10 ? (byte)'\n' : b))];
                    Assert.Equal(Read(bytes, bytes.Length), Read(bytes, step));
                },
                iter: 100
            );

    private static List<(int Start, string Text, bool IsPart)> Split(string text, bool isEnd)
    {
        var lines = new List<(int, string, bool)>();
        byte[] bytes = [.. Encoding.UTF8.GetBytes(text).Select(b => b == 1 ? (byte)0xFF : b)];
        ShippedLines.Split(
            bytes,
            isEnd,
            (line, start, isPart) => lines.Add((start, ShippedLines.Visible(line), isPart))
        );
        return lines;
    }

    /// <summary>As a log that grows step by step.</summary>
    private static List<(int Start, string Text, bool IsPart)> Read(byte[] bytes, int step)
    {
        var lines = new List<(int, string, bool)>();
        var (taken, known) = (0, 0);
        while (taken < bytes.Length)
        {
            known = Math.Min(bytes.Length, known + step);
            var from = taken;
            taken += ShippedLines.Split(
                bytes.AsSpan(from, known - from),
                known == bytes.Length,
                (line, start, isPart) => lines.Add((from + start, ShippedLines.Visible(line), isPart))
            );
        }

        return lines;
    }
}
