using Platform.Cli.Output;

namespace Platform.Cli.Tests.Output;

public sealed class Rows_as_CSV
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a \"b\"", "\"a \"\"b\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("-0.5", "-0.5")]
    [InlineData("+1e-3", "+1e-3")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+cmd", "'+cmd")]
    [InlineData("-1+1", "'-1+1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("-Infinity", "'-Infinity")]
    [InlineData("=\"a\",b", "\"'=\"\"a\"\",b\"")]
    public void have_cells_that_a_spreadsheet_shows_and_never_computes(string text, string cell) =>
        Assert.Equal(cell, CsvTable.Cell(text));
}
