using System.Text.RegularExpressions;

namespace Platform.Architecture.Tests;

public sealed partial class The_source_tree
{
    private static readonly string[] _folders = ["services", "sdk", "examples", "tests", "bench"];

    /// <summary>All but one: building the platform must not require libtorch.</summary>
    [Fact]
    public void has_every_project_in_the_solution()
    {
        var solution = File.ReadAllText(Repository.PathOf("Platform.sln")).Replace('\\', '/');

        var left = Assert.Single(Source.Files("*.csproj", _folders), path => !solution.Contains(path));

        Assert.Equal("examples/digits-torchsharp/DigitsTorchSharp.csproj", left);
    }

    [Fact]
    public void has_no_file_over_400_lines() =>
        Assert.Empty(Source.Files("*.cs", _folders).Where(path => Source.Lines(path).Length > 400));

    [Fact]
    public void has_no_grab_bags() =>
        Assert.Empty(Source.Files("*.cs", _folders).Where(path => GrabBag().IsMatch(Path.GetFileName(path))));

    /// <summary>Queries are classes, so that endpoints, messages and other façades share them.</summary>
    [Fact]
    public void has_no_sql_in_endpoints() =>
        Assert.Empty(
            Source
                .Files("*.cs", "services")
                .Select(path => (path, text: File.ReadAllText(Repository.PathOf(path))))
                .Where(file => MapsAnEndpoint().IsMatch(file.text) && RunsSql().IsMatch(file.text))
                .Select(file => file.path)
        );

    [Fact]
    public void names_no_issue_and_keeps_no_change_log_in_comments() =>
        Assert.Empty(
            Source
                .Files("*.cs", "services", "sdk", "examples")
                .SelectMany(path => Source.Lines(path).Select(line => (path, line)))
                .Where(entry => entry.line.TrimStart().StartsWith("//", StringComparison.Ordinal))
                .Where(entry => ChangeLog().IsMatch(entry.line))
        );

    [Fact]
    public void skips_no_test() =>
        Assert.Empty(
            Source
                .Files("*.cs", "tests")
                .Where(path => !path.EndsWith("The_source_tree.cs", StringComparison.Ordinal))
                .Where(path => Source.Lines(path).Any(line => line.Contains("Skip =")))
        );

    [GeneratedRegex(@"\.Map(Get|Post|Put|Patch|Delete|Methods)\(")]
    private static partial Regex MapsAnEndpoint();

    [GeneratedRegex(@"\bNpgsql|\.Create(Batch|Command)\(|\bbatch\.Add\(\s*""")]
    private static partial Regex RunsSql();

    [GeneratedRegex(@"^\w*(Utils?|Helpers?|Common|Manager)\.cs$")]
    private static partial Regex GrabBag();

    [GeneratedRegex(@"(#\d+|\bTODO\b|\bFIXME\b|\bissue \d+)", RegexOptions.IgnoreCase)]
    private static partial Regex ChangeLog();
}
