using System.Text.RegularExpressions;

namespace Platform.Architecture.Tests;

/// <summary>What <c>infra/prometheus/rules</c> says belongs together with the documents and the tests of the rules.</summary>
public sealed partial class The_alerts
{
    [Fact]
    public void say_how_bad_it_is_what_to_do_and_where_to_read_on() =>
        Assert.All(
            Monitoring.Alerts,
            alert =>
            {
                Assert.Matches(@"severity: (critical|warning) ", alert.Value);
                Assert.Contains("summary: \"", alert.Value, StringComparison.Ordinal);
                Assert.Contains("description: >-", alert.Value, StringComparison.Ordinal);
                Assert.Contains(RunbookUrl(alert.Value).Groups["anchor"].Value, Anchors());
            }
        );

    [Fact]
    public void have_a_runbook_each_that_names_them()
    {
        var sections = File.ReadAllText(Repository.PathOf("docs", "runbooks.md")).Split("\n## ")[1..];

        Assert.Equal(Monitoring.Alerts.Count, sections.Length);
        Assert.All(
            Monitoring.Alerts,
            alert =>
            {
                var anchor = RunbookUrl(alert.Value).Groups["anchor"].Value;
                var section = Assert.Single(sections, section => AnchorOf(section.Split('\n')[0]) == anchor);
                var severity = alert.Value.Contains("critical", StringComparison.Ordinal) ? "critical" : "warning";
                Assert.Contains($"`{alert.Key}`, {severity}.", section, StringComparison.Ordinal);
            }
        );
    }

    [Fact]
    public void are_listed_in_the_document_about_metrics()
    {
        var document = File.ReadAllText(Repository.PathOf("docs", "metrics.md"));

        Assert.All(Monitoring.Alerts.Keys, name => Assert.Contains($"`{name}`", document, StringComparison.Ordinal));
    }

    /// <summary>One in which they fire and one in which they do not.</summary>
    [Fact]
    public void are_tested_both_ways()
    {
        var tests = string.Concat(Monitoring.Files("tests").Select(File.ReadAllText));

        Assert.All(
            Monitoring.Alerts.Keys,
            name =>
            {
                Assert.Matches($@"alertname: {name}\n *eval_time: \w+\n *exp_alerts:\n", tests);
                Assert.Matches($@"alertname: {name}\n *eval_time: \w+\n *exp_alerts: \[\]\n", tests);
            }
        );
    }

    [Fact]
    public void use_series_that_are_documented()
    {
        Assert.Equal(Monitoring.Alerts.Count + Monitoring.Recorded.Count, Monitoring.Expressions().Count());
        Assert.All(
            Monitoring.Expressions(),
            expression =>
            {
                Assert.NotEmpty(Monitoring.SeriesOf(expression));
                Assert.All(
                    Monitoring.SeriesOf(expression),
                    series => Assert.True(Monitoring.IsDocumented(series), $"docs/metrics.md does not know {series}.")
                );
            }
        );
    }

    private static Match RunbookUrl(string rule)
    {
        var match = Runbook().Match(rule);
        Assert.True(match.Success, $"No runbook_url in {rule}");
        return match;
    }

    private static IEnumerable<string> Anchors() =>
        File.ReadLines(Repository.PathOf("docs", "runbooks.md"))
            .Where(line => line.StartsWith("## ", StringComparison.Ordinal))
            .Select(line => AnchorOf(line[3..]));

    private static string AnchorOf(string heading) => heading.ToLowerInvariant().Replace(' ', '-');

    [GeneratedRegex(@"runbook_url: docs/runbooks\.md#(?<anchor>[a-z-]+)\n")]
    private static partial Regex Runbook();
}
