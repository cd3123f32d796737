using System.Globalization;
using Platform.Gateway.Tokens;

namespace Platform.Gateway.Tests.Tokens;

public sealed class The_end_of_a_token
{
    private static readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    [Theory]
    [InlineData("30d", "2026-02-01T03:04:05Z")]
    [InlineData("12h", "2026-01-02T15:04:05Z")]
    [InlineData("45m", "2026-01-02T03:49:05Z")]
    [InlineData("3660d", "2036-01-10T03:04:05Z")]
    [InlineData("2026-01-02", "2026-01-03T00:00:00Z")]
    [InlineData("2028-02-29", "2028-03-01T00:00:00Z")]
    [InlineData("2026-06-01T18:00:00Z", "2026-06-01T18:00:00Z")]
    [InlineData("2026-06-01T18:00:00+08:00", "2026-06-01T10:00:00Z")]
    [InlineData("2026-06-01T18:00:00.5Z", "2026-06-01T18:00:00Z")]
    public void is_a_duration_or_a_date(string text, string expected)
    {
        Assert.True(TokenExpiry.TryParse(text, _now, out var end));
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), end);
    }

    [Fact]
    public void need_not_be()
    {
        Assert.True(TokenExpiry.TryParse(null, _now, out var end));
        Assert.Null(end);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("d")]
    [InlineData("0d")]
    [InlineData("-1d")]
    [InlineData("1.5d")]
    [InlineData("30")]
    [InlineData("30 d")]
    [InlineData("30D")]
    [InlineData("3661d")]
    [InlineData("99999999999999999999d")]
    [InlineData("2147483647m")]
    [InlineData("2026-01-01")]
    [InlineData("2027-02-29")]
    [InlineData("2026-6-1")]
    [InlineData("2026-06-01T18:00:00")]
    [InlineData("2026-01-02T03:04:05.9Z")]
    [InlineData("9999-12-31")]
    [InlineData("never")]
    [InlineData("٣d")]
    public void lies_ahead_and_is_written_in_one_of_these_ways(string text) =>
        Assert.False(TokenExpiry.TryParse(text, _now, out _));
}
