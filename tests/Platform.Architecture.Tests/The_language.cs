using System.Text.RegularExpressions;

namespace Platform.Architecture.Tests;

/// <summary>Standard English and the field's terms: <c>refused-words.txt</c> names what is used instead of which word.</summary>
public sealed class The_language
{
    private const string ListPath = "tests/Platform.Architecture.Tests/refused-words.txt";

    private static readonly string[] _folders = ["services", "sdk", "examples", "tests", "bench", "frontend/src"];

    private static readonly string[] _patterns = ["*.cs", "*.ts", "*.tsx", "*.py", "*.sh", "*.css", "*.md"];

    [Fact]
    public void has_no_word_that_a_newcomer_would_have_to_look_up()
    {
        var better = ReadList();
        var words = new Regex($@"(?<![A-Za-z])({string.Join('|', better.Keys.Select(Regex.Escape))})(?![A-Za-z])");

        Assert.Empty(
            Files()
                .SelectMany(path =>
                    Source
                        .Lines(path)
                        .Select((line, i) => (Match: words.Match(line), Place: $"{path}:{i + 1}"))
                        .Where(found => found.Match.Success)
                        .Select(found => $"{found.Place}: '{found.Match.Value}', use '{better[found.Match.Value]}'")
                )
        );
    }

    [Fact]
    public void names_only_checks_of_the_acceptance_list_in_traits()
    {
        var checks = Source
            .Lines("docs/acceptance.md")
            .Select(line => Regex.Match(line, @"^\| (?<id>[A-Z]+-\d\d) \|"))
            .Where(row => row.Success)
            .Select(row => row.Groups["id"].Value)
            .ToHashSet(StringComparer.Ordinal);
        var named = Source
            .Files("*.cs", "tests")
            .SelectMany(path => Source.Lines(path))
            .SelectMany(line => Regex.Matches(line, @"Trait\(""check"", ""(?<id>[^""]*)""\)"))
            .Select(trait => trait.Groups["id"].Value)
            .ToHashSet(StringComparer.Ordinal);

        Assert.Equal(100, checks.Count);
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(checks, StringComparer.Ordinal));
    }

    private static Dictionary<string, string> ReadList() =>
        Source
            .Lines(ListPath)
            .Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Select(line => line.Split(" = "))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    /// <summary>Released migrations keep the names they had; lock files and fixtures are not ours to word.</summary>
    private static IEnumerable<string> Files() =>
        _patterns
            .SelectMany(pattern => Source.Files(pattern, _folders))
            .Where(path => !path.EndsWith("NodesMigrations.cs", StringComparison.Ordinal))
            .Where(path => !path.StartsWith("tests/fixtures/", StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md").Select(Relative))
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md").Select(Relative));

    private static string Relative(string path) => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');
}
