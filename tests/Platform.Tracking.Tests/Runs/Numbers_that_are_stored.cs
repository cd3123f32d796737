using System.Globalization;
using System.Text.Json;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Tests.Runs;

public sealed class Numbers_that_are_stored
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-1.50", "-1.50")]
    [InlineData("100000000000000000000", "100000000000000000000")]
    [InlineData("1000000000000000000000", "1e+21")]
    [InlineData("-1000000000000000000000", "-1e+21")]
    [InlineData("1234567890123456789012345", "1234567890123456789012345")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("-0.00000000000000000012345", "-1.2345e-19")]
    [InlineData("0.00000000", "0.00000000")]
    public void are_written_in_their_shortest_form(string stored, string expected) =>
        Assert.Equal(expected, StoredNumbers.Shorten(stored));

    [Theory]
    [InlineData("1e-05", "0.00001")]
    [InlineData("2.50E+3", "2500")]
    [InlineData("1.50e1", "15.0")]
    [InlineData("-12.5e-1", "-1.25")]
    [InlineData("0e5", "0")]
    [InlineData("1e999999999", null)]
    [InlineData("12", null)]
    [InlineData("e5", null)]
    [InlineData("1e5x", null)]
    public void are_known_by_all_their_digits(string text, string? expected) =>
        Assert.Equal(expected, StoredNumbers.Expand(text));

    [Theory]
    [InlineData(1e300)]
    [InlineData(-1.7976931348623157e308)]
    [InlineData(2.2250738585072014e-308)]
    [InlineData(5e-324)]
    [InlineData(1.2345678901234567e22)]
    public void come_back_as_they_were_sent(double value)
    {
        var sent = value.ToString("R", CultureInfo.InvariantCulture);
        var stored = StoredNumbers.Expand(sent)!;

        var read = StoredNumbers.Read($$"""{"a": [{{stored}}, "{{stored}} \"", true, null, 0.5], "ü": {{stored}}}""");

        Assert.Equal(value, read.GetProperty("ü").GetDouble());
        Assert.InRange(read.GetProperty("ü").GetRawText().Length, 1, sent.Length);
        Assert.Equal($"{stored} \"", read.GetProperty("a")[1].GetString());
        Assert.Equal(
            [JsonValueKind.Number, JsonValueKind.String, JsonValueKind.True, JsonValueKind.Null, JsonValueKind.Number],
            read.GetProperty("a").EnumerateArray().Select(item => item.ValueKind)
        );
    }
}
