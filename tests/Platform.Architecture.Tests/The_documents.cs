using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Architecture.Tests;

public sealed partial class The_documents
{
    [Fact]
    public void number_each_decision_once_in_its_name_and_its_title()
    {
        var decisions = Directory
            .GetFiles(Repository.PathOf("docs/adr"), "*.md")
            .Order(StringComparer.Ordinal)
            .ToArray();

        Assert.All(
            decisions.Index(),
            decision =>
            {
                Assert.StartsWith(
                    $"{decision.Index + 1:D4}-",
                    Path.GetFileName(decision.Item),
                    StringComparison.Ordinal
                );
                Assert.StartsWith(
                    string.Create(CultureInfo.InvariantCulture, $"# {decision.Index + 1}. "),
                    File.ReadLines(decision.Item).First(),
                    StringComparison.Ordinal
                );
            }
        );
    }

    [Fact]
    public void link_to_files_that_exist() =>
        Assert.Empty(
            Files()
                .SelectMany(path =>
                    LocalLink()
                        .Matches(File.ReadAllText(path))
                        .Select(link => link.Groups["target"].Value)
                        .Where(target => !Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, target)))
                        .Select(target => $"{Path.GetRelativePath(Repository.Root, path)}: {target}")
                )
        );

    private static IEnumerable<string> Files() =>
        Source
            .Files("*.md", "docs", "services", "sdk", "examples", "bench")
            .Select(path => Repository.PathOf(path))
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"));

    [GeneratedRegex(@"\]\((?![a-z]+:|#|/)(?<target>[^)#\s]+)")]
    private static partial Regex LocalLink();
}
