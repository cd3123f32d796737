using System.Text.RegularExpressions;

namespace Platform.Architecture.Tests;

public sealed partial class The_table_of_problems
{
    private static readonly string[] _folders =
    [
        "services/shared/job-attempts",
        "services/shared/service-defaults",
        "services/gateway",
        "services/jobs",
        "services/nodes",
        "services/artifacts",
        "services/tracking",
    ];

    [Fact]
    public void names_every_code_that_the_services_use_and_no_other()
    {
        var used = _folders
            .SelectMany(folder => Source.Files("*.cs", folder))
            .Select(path => File.ReadAllText(Repository.PathOf(path)))
            .SelectMany(CodesOf)
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

    private static IEnumerable<string> CodesOf(string source) =>
        Code()
            .Matches(source)
            .Select(match => match.Groups["code"].Value)
            .Concat(NotFound().Matches(source).Select(match => $"{match.Groups["what"].Value}.not-found"));

    /// <summary>Where a code is given to what makes a problem of it, or named for that.</summary>
    [GeneratedRegex(
        """(?:\b(?:Problem|Refuse|RefuseAsync|TypeOf|Refusal \w+ = new)(?:<\w+>)?\((?:[^",;(){}]+,)?\s*|const string \w*NotFound = )"(?<code>[a-z]+[a-z.-]*)[",]"""
    )]
    private static partial Regex Code();

    [GeneratedRegex(@"\bNotFound\(""(?<what>[a-z-]+)""")]
    private static partial Regex NotFound();

    [GeneratedRegex(@"^\| `(?<code>[a-z.-]+)` \| ")]
    private static partial Regex Row();
}
