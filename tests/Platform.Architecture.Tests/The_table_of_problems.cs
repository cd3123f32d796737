using System.Text.RegularExpressions;

namespace Platform.Architecture.Tests;

public sealed partial class The_table_of_problems
{
    /// <summary>It has no sentence of its own, but those of the fields that are wrong.</summary>
    private const string Validation = "validation";

    [Fact]
    public void names_every_code_that_the_services_use_and_no_other()
    {
        var used = Sentences
            .All.Select(sentence => sentence.Problem)
            .OfType<string>()
            .Append(Validation)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        var table = Source
            .Lines("docs/problems.md")
            .Select(line => Row().Match(line))
            .Where(row => row.Success)
            .Select(row => row.Groups["code"].Value)
            .Order(StringComparer.Ordinal);

        Assert.Equal(table, used);
    }

    [GeneratedRegex(@"^\| `(?<code>[a-z.-]+)` \| ")]
    private static partial Regex Row();
}
