using CsCheck;
using Platform.Jobs.LogSearch;

namespace Platform.Jobs.Tests.LogSearch;

public sealed class Words_of_a_search
{
    [Theory]
    [InlineData("error", "RuntimeError: out of memory", true)]
    [InlineData("memory error", "RuntimeError: out of memory", true)]
    [InlineData("memory error", "out of memory", false)]
    [InlineData("\"out of memory\"", "CUDA Out Of Memory", true)]
    [InlineData("\"of out\"", "out of memory", false)]
    [InlineData("100%", "100% done", true)]
    [InlineData("100%", "1000 done", false)]
    [InlineData("a_c", "abc", false)]
    [InlineData("loss.*nan", "loss 1 nan", false)]
    [InlineData("[a-z]", "abc", false)]
    [InlineData("it's", "it's", true)]
    [InlineData("\\\"loss\\\":", "{\"loss\": 1}", true)]
    [InlineData("\"\\\"loss\\\": 1\"", "{\"loss\": 1}", true)]
    [InlineData("a\\b", "a\\b", true)]
    [InlineData("错误", "训练错误：显存不足", true)]
    [InlineData("不足", "训练错误", false)]
    [InlineData("élan", "ÉLAN VITAL", true)]
    [InlineData("🙂", "ok 🙂", true)]
    [InlineData("-x", "run -x", true)]
    public void are_parts_of_a_line_in_any_case(string query, string line, bool matches)
    {
        var (terms, problem) = LogTerms.Parse(query);

        Assert.Null(problem);
        Assert.Equal(matches, terms!.Match(LogText.Fold(line)));
    }

    [Theory]
    [InlineData(null, "log-search.query-missing")]
    [InlineData("", "log-search.query-missing")]
    [InlineData(" \t ", "log-search.query-missing")]
    [InlineData("\"\"", "log-search.query-missing")]
    [InlineData("\"", "log-search.query-quote")]
    [InlineData("a \"b", "log-search.query-quote")]
    [InlineData("a\0b", "log-search.query-text")]
    [InlineData("a b c d e f g h i j k", "log-search.query-terms")]
    public void are_refused_when_they_say_nothing(string? query, string code) =>
        Assert.Equal(code, LogTerms.Parse(query).Problem?.Code?.Code);

    [Fact]
    public void are_at_most_200_characters()
    {
        Assert.Null(LogTerms.Parse(new string('x', 200)).Problem);
        Assert.Equal("log-search.query-text", LogTerms.Parse(new string('x', 201)).Problem?.Code?.Code);
    }

    [Fact]
    public void are_found_where_they_are()
    {
        var terms = LogTerms.Parse("loss 0.5 s").Terms!;

        Assert.Equal([new(0, 1), new(4, 4), new(9, 3)], terms.Find(LogText.Fold("s = Loss 0.5"), 10));
        Assert.Single(terms.Find(LogText.Fold("s = Loss 0.5"), 1));
    }

    /// <summary>No line that has a text lacks a place of it.</summary>
    [Fact]
    public void are_in_the_signature_of_their_line() =>
        Gen.Select(Lines, Gen.Int[0, 40], Gen.Int[1, 40])
            .Sample(
                (line, at, length) =>
                {
                    var text = new LogText();
                    var bytes = System.Text.Encoding.UTF8.GetBytes(line);
                    var signature = new LogSignature();
                    signature.Add(text.FoldBytes(bytes));
                    text.Read(bytes);
                    var read = text.Text.ToString();
                    var start = Math.Min(at, read.Length);
                    var part = read[start..Math.Min(read.Length, start + length)];
                    if (part.Length == 0 || char.IsLowSurrogate(part[0]) || char.IsHighSurrogate(part[^1]))
                    {
                        return;
                    }

                    var stored = signature.ToBytes();
                    foreach (var variant in new[] { part, part.ToLowerInvariant(), part.ToUpperInvariant() })
                    {
                        Assert.All(
                            LogSignature.PlacesOf(LogText.Fold(variant)),
                            place => Assert.True(LogSignature.IsSet(stored, place))
                        );
                    }
                },
                iter: 2000
            );

    [Theory]
    [InlineData("\u001b[1;31merror\u001b[0m: bad", "error: bad")]
    [InlineData("\u001b]8;;http://x\u0007link\u001b]8;;\u0007", "link")]
    [InlineData("\u001b]0;title\u001b\\text", "text")]
    [InlineData("\u001bMup", "up")]
    [InlineData("\u001b[12", "\u001b[12")]
    [InlineData("\u001b", "\u001b")]
    [InlineData("10%\r20%\r", "20%")]
    public void see_what_a_terminal_shows(string line, string expected)
    {
        var text = new LogText();
        text.Read(System.Text.Encoding.UTF8.GetBytes(line));

        Assert.Equal(expected, text.Text.ToString());
    }

    [Fact]
    public void see_invalid_bytes_as_replacement_characters()
    {
        var text = new LogText();
        text.Read([(byte)'a', 0xFF, (byte)'b', 0xE9]);

        Assert.Equal("a\uFFFDb\uFFFD", text.Text.ToString());
    }

    private static Gen<string> Lines =>
        Gen.Frequency(
            (3, Gen.String[Gen.Char[' ', '~'], 0, 60]),
            (1, Gen.String[0, 40]),
            (1, Gen.String[Gen.Char['\u00c0', '\u024f'], 0, 40]),
            (1, Gen.String[Gen.Char['\u4e00', '\u9fff'], 0, 40])
        );
}
