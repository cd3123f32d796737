namespace Platform.ServiceDefaults.Tests;

public sealed class Text_of_clients
{
    public static TheoryData<char> Reordering =>
        [.. Enumerable.Range(0x202A, 5).Concat(Enumerable.Range(0x2066, 4)).Select(code => (char)code)];

    [Theory]
    [MemberData(nameof(Reordering))]
    public void does_not_reorder_what_is_shown(char control)
    {
        Assert.False(ClientText.IsOneLine($"invoice{control}gpj.exe"));
        Assert.False(ClientText.IsDescription($"invoice{control}gpj.exe"));
        Assert.NotNull(ClientText.ProblemWithPath($"invoice{control}gpj.exe"));
        Assert.True(ClientText.IsText($"invoice{control}gpj.exe"));
    }

    [Theory]
    [InlineData("a\u2028b", true)]
    [InlineData("a\u2029b", true)]
    [InlineData("a\nb", true)]
    [InlineData("a\tb", true)]
    [InlineData("a\rb", false)]
    [InlineData("a\u001bb", false)]
    [InlineData("a\u0085b", false)]
    public void has_its_lines_in_descriptions_only(string text, bool isDescription)
    {
        Assert.False(ClientText.IsOneLine(text));
        Assert.Equal(isDescription, ClientText.IsDescription(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("\u200B")]
    [InlineData("\u00AD\uFEFF ")]
    public void names_nothing_without_a_visible_character(string text)
    {
        Assert.True(ClientText.IsOneLine(text));
        Assert.False(ClientText.IsVisibleLine(text));
        Assert.True(ClientText.IsVisibleLine($"{text}a"));
    }

    [Theory]
    [InlineData("\U0001F469\u200D\U0001F52C")] // A scientist: two emoji with a zero-width joiner.
    [InlineData("שלום")]
    [InlineData("\u200Fא\u200E")] // Marks of direction reorder nothing else.
    public void may_be_of_any_script(string text)
    {
        Assert.True(ClientText.IsOneLine(text));
        Assert.True(ClientText.IsDescription(text));
    }
}
