using System.Text.Json.Nodes;

namespace Platform.Architecture.Tests;

/// <summary>What Grafana gets from <c>infra/grafana/dashboards</c>; the suite <c>stack</c> evaluates their expressions.</summary>
public sealed class The_dashboards
{
    private static readonly string[] _types = ["stat", "timeseries", "table"];

    [Fact]
    public void are_named_once_and_link_to_each_other()
    {
        var dashboards = Dashboards.All;

        Assert.Equal(
            ["event-store.json", "jobs.json", "nodes.json", "overview.json", "services.json"],
            dashboards.Keys
        );
        Assert.All(
            dashboards,
            dashboard =>
            {
                var (file, model) = dashboard;
                Assert.Equal($"platform-{Path.GetFileNameWithoutExtension(file)}", Text(model["uid"]));
                Assert.StartsWith("Platform / ", Text(model["title"]), StringComparison.Ordinal);
                Assert.Equal(39, model["schemaVersion"]!.GetValue<int>());
                Assert.Equal("platform", Text(Assert.Single(model["tags"]!.AsArray())));
                var links = Assert.Single(model["links"]!.AsArray())!;
                Assert.Equal("platform", Text(Assert.Single(links["tags"]!.AsArray())));
            }
        );
    }

    [Fact]
    public void have_panels_with_a_title_a_unit_and_a_place_of_their_own() =>
        Assert.All(
            Dashboards.All,
            dashboard =>
            {
                var (file, model) = dashboard;
                var panels = Dashboards.Panels(model).ToList();
                Assert.Equal(panels.Count, panels.Select(panel => panel["id"]!.GetValue<int>()).Distinct().Count());
                var cells = new HashSet<(int, int)>();
                foreach (var panel in panels)
                {
                    var title = Text(panel["title"]);
                    Assert.NotEmpty(title);
                    Assert.All(Cells(panel), cell => Assert.True(cells.Add(cell), $"{file}: '{title}' covers another"));
                    if (Text(panel["type"]) is not "row")
                    {
                        Assert.Contains(Text(panel["type"]), _types);
                        Assert.NotEmpty(Text(panel["fieldConfig"]!["defaults"]!["unit"]));
                        Assert.NotEmpty(panel["targets"]!.AsArray());
                    }
                }
            }
        );

    [Fact]
    public void ask_the_data_source_that_is_chosen()
    {
        foreach (var model in Dashboards.All.Values)
        {
            var variable = model["templating"]!["list"]![0]!;
            Assert.Equal("datasource", Text(variable["type"]));
            Assert.Equal("datasource", Text(variable["name"]));
            var asking = Dashboards
                .Panels(model)
                .Where(panel => Text(panel["type"]) is not "row")
                .SelectMany(panel => panel["targets"]!.AsArray().Append(panel))
                .Concat(model["annotations"]!["list"]!.AsArray());
            Assert.All(asking, one => Assert.Equal("${datasource}", Text(one!["datasource"]!["uid"])));
        }

        Assert.All(Dashboards.Expressions, expression => Assert.DoesNotContain('$', expression));
    }

    [Fact]
    public void show_series_that_are_documented() =>
        Assert.All(
            Dashboards.Expressions.SelectMany(Monitoring.SeriesOf),
            series => Assert.True(Monitoring.IsDocumented(series), $"docs/metrics.md does not know {series}.")
        );

    private static IEnumerable<(int X, int Y)> Cells(JsonNode panel)
    {
        var place = panel["gridPos"]!;
        int Of(string name) => place[name]!.GetValue<int>();
        Assert.InRange(Of("x") + Of("w"), 1, 24);
        return from x in Enumerable.Range(Of("x"), Of("w")) from y in Enumerable.Range(Of("y"), Of("h")) select (x, y);
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
