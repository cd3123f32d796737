namespace Platform.ServiceDefaults.Tests;

public sealed class Texts_that_are_searched
{
    [Fact]
    public void are_the_same_in_upper_and_in_lower_case()
    {
        for (var letter = (char)1; letter < char.MaxValue; letter++)
        {
            if (!char.IsSurrogate(letter))
            {
                var text = $"{letter}";
                var folded = TextIndex.Fold(text);
                Assert.Equal(folded, TextIndex.Fold(text.ToUpperInvariant()));
                Assert.Equal(folded, TextIndex.Fold(text.ToLowerInvariant()));
                Assert.Equal(folded, TextIndex.Fold(folded));
            }
        }
    }

    [Theory]
    [InlineData("σίσυφος", "ΣΊΣΥΦΟΣ")]
    [InlineData("istanbul", "İstanbul")]
    [InlineData("i\u0307stanbul", "İSTANBUL")]
    [InlineData("größe", "GRÖẞE")]
    public void are_one_word_in_any_case(string one, string other) =>
        Assert.Equal(TextIndex.Fold(one), TextIndex.Fold(other));
}
