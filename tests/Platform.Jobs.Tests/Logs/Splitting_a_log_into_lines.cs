using System.Buffers;
using System.Text;
using Platform.Jobs.Logs;

namespace Platform.Jobs.Tests.Logs;

public sealed class Splitting_a_log_into_lines
{
    [Fact]
    public void returns_each_line_with_the_offset_after_it() =>
        Assert.Equal([(4, "one"), (8, "two")], Events(0, "one\ntwo\n"));

    [Fact]
    public void continues_from_an_offset() => Assert.Equal([(104, "one")], Events(100, "one\n"));

    [Fact]
    public void joins_lines_that_arrive_in_pieces() =>
        Assert.Equal([(4, "one"), (8, "two")], Events(0, "o", "n", "e\ntw", "o\n"));

    [Fact]
    public void keeps_empty_lines() => Assert.Equal([(1, ""), (2, ""), (4, "x")], Events(0, "\n\nx\n"));

    [Fact]
    public void returns_a_last_line_without_a_line_break() =>
        Assert.Equal([(4, "one"), (7, "two")], Events(0, "one\ntwo"));

    [Theory]
    [InlineData("10%\r 50%\r100%\n", "100%")]
    [InlineData("10%\r 50%\r100%\r\n", "100%")]
    [InlineData("windows\r\n", "windows")]
    [InlineData("\r10%\r20%", "20%")]
    [Trait("check", "LOG-04")]
    public void reduces_a_progress_bar_to_its_last_frame(string log, string line) =>
        Assert.Equal([(log.Length, line)], Events(0, log));

    [Fact]
    public void keeps_colours() =>
        Assert.Equal([(10, "\u001b[31mred")], Events(0, "\u001b[31mred\n\n")[..1].Select(e => (e.Item1 + 1, e.Item2)));

    [Fact]
    public void joins_a_character_that_was_split()
    {
        var bytes = Encoding.UTF8.GetBytes("hä€😀\n");
        for (var split = 0; split <= bytes.Length; split++)
        {
            Assert.Equal([(bytes.Length, "hä€😀")], Events(0, bytes[..split], bytes[split..]));
        }
    }

    [Fact]
    public void replaces_invalid_UTF_8() => Assert.Equal([(3, "\uFFFDx")], Events(0, [0xff], "x\n"u8.ToArray()));

    [Fact]
    public void splits_an_endless_line_between_characters()
    {
        var log = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("€", 100_000)));
        var events = Events(0, [.. log.Chunk(10_007)]);

        Assert.Equal(log.Length, events[^1].Item1);
        Assert.All(events, e => Assert.True(Encoding.UTF8.GetByteCount(e.Item2) <= 64 * 1024));
        Assert.Equal(Encoding.UTF8.GetString(log), string.Concat(events.Select(e => e.Item2)));
    }

    [Fact]
    public void loses_nothing_however_the_bytes_are_split()
    {
        var random = new Random(20260304);
        var lines = Enumerable.Range(0, 500).Select(i => $"{i} {new string('é', random.Next(0, 300))}").ToList();
        var log = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        var pieces = new List<byte[]>();
        for (var at = 0; at < log.Length; )
        {
            var length = Math.Min(random.Next(1, 4000), log.Length - at);
            pieces.Add(log[at..(at + length)]);
            at += length;
        }

        var events = Events(0, [.. pieces]);

        Assert.Equal(lines, events.Select(e => e.Item2));
        Assert.Equal(log.Length, events[^1].Item1);
    }

    [Theory]
    [InlineData("one\n10%\r 50%", " 50%")]
    [InlineData("10%\r 50%\r", " 50%")]
    [InlineData("half \u00e9", "half \u00e9")]
    [Trait("check", "LOG-04")]
    public void returns_an_incomplete_line_once(string log, string visible)
    {
        var output = new ArrayBufferWriter<byte>();
        var lines = new LogLines(output, 0, "");
        lines.Add(Encoding.UTF8.GetBytes(log));
        output.ResetWrittenCount();

        Assert.True(lines.WriteIncomplete());
        Assert.Equal($"event: progress\ndata: {visible}\n\n", Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.False(lines.WriteIncomplete());
        lines.Add("\r"u8);
        Assert.True(lines.WriteIncomplete());
        lines.Add("\n"u8);
        Assert.False(lines.WriteIncomplete());
    }

    [Fact]
    public void truncates_an_incomplete_line_after_a_whole_character()
    {
        var output = new ArrayBufferWriter<byte>();
        var lines = new LogLines(output, 0, "");
        lines.Add([(byte)'a', 0xE2, 0x82]);
        Assert.True(lines.WriteIncomplete());
        Assert.Equal("event: progress\ndata: a\n\n", Encoding.UTF8.GetString(output.WrittenSpan));

        lines.Add(new byte[50_000]);
        output.ResetWrittenCount();
        Assert.True(lines.WriteIncomplete());
        Assert.InRange(output.WrittenCount, 4000, 5000);
    }

    private static List<(long, string)> Events(long offset, params string[] pieces) =>
        Events(offset, [.. pieces.Select(Encoding.UTF8.GetBytes)]);

    private static List<(long, string)> Events(long offset, params byte[][] pieces)
    {
        var output = new ArrayBufferWriter<byte>();
        var lines = new LogLines(output, offset, "");
        foreach (var piece in pieces)
        {
            lines.Add(piece);
        }

        lines.Finish();
        Assert.Equal(offset + pieces.Sum(piece => piece.Length), lines.Offset);
        return
        [
            .. Encoding
                .UTF8.GetString(output.WrittenSpan)
                .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
                .Select(e => e.Split('\n'))
                .Select(e => (long.Parse(e[0]["id: ".Length..]), e[1]["data: ".Length..])),
        ];
    }
}
