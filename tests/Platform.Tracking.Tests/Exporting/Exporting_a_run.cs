using System.Net;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Platform.Tracking.Tests.Exporting;

[Trait("suite", "integration")]
[Trait("check", "RUN-23")]
public sealed class Exporting_a_run(TrackingHost host) : IClassFixture<TrackingHost>
{
    private const string At = "2026-01-02T03:04:05.000001Z";

    [Fact]
    public async Task as_CSV_has_each_point_in_a_line()
    {
        var id = await host.CreateRunAsync();
        await host.LogAsync(
            id,
            Point("loss", 1, -0.5),
            Point("loss", 2, "NaN", "warmup"),
            Point("loss", 3, "-Infinity"),
            Point("a,\"b\"", 7, 1e300)
        );

        var (type, name, text) = await ExportAsync(id, "csv");

        Assert.Equal("text/csv; charset=utf-8", type);
        Assert.Equal($"attachment; filename=run-{id}.csv", name);
        Assert.Equal(
            $""""
            key,step,at,value,stage
            "a,""b""",7,{At},1E+300,
            loss,1,{At},-0.5,
            loss,2,{At},NaN,warmup
            loss,3,{At},'-Infinity,

            """",
            text
        );
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("'quoted")]
    public async Task as_CSV_has_no_cell_that_a_spreadsheet_computes(string key)
    {
        var id = await host.CreateRunAsync();
        await host.LogAsync(id, Point(key, 1, 1));

        var (_, _, text) = await ExportAsync(id, "csv");

        Assert.StartsWith($"'{key},1,", text.Split('\n')[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task has_all_points_of_a_series_that_is_read_in_pieces()
    {
        var id = await host.CreateRunAsync();
        for (var part = 0; part < 13; part++)
        {
            // Steps are dense at the beginning, sparse later, and one has several points.
            await host.LogAsync(
                id,
                [
                    .. Enumerable
                        .Range(part * 9000, 9000)
                        .Select(i =>
                            (object)
                                new
                                {
                                    key = "loss",
                                    step = i < 60_000 ? i / 2 : i * 1000L,
                                    at = DateTimeOffset.UnixEpoch.AddSeconds(i),
                                    value = i,
                                }
                        ),
                ]
            );
        }

        var (_, _, text) = await ExportAsync(id, "csv");

        Assert.Equal(
            Enumerable.Range(0, 117_000).Select(i => $"{i}"),
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')[3])
        );
    }

    [Fact]
    public async Task as_JSON_has_what_the_API_answers_and_all_points()
    {
        var id = await CreateAsync("<b>name</b>");
        await host.LogAsync(id, Point("loss", 1, 0.5, "warmup"), Point("loss", 2, "NaN"));

        var (_, _, text) = await ExportAsync(id, "json");

        var json = JsonNode.Parse(text)!;
        Assert.True(JsonNode.DeepEquals(await host.GetAsync($"/api/runs/{id}"), json["run"]));
        Assert.Equal(
            $$"""[{"key":"loss","points":[{"step":1,"at":"{{At}}","value":0.5,"stage":"warmup"},{"step":2,"at":"{{At}}","value":"NaN"}]}]""",
            json["series"]!.ToJsonString().Replace("+00:00", "Z", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task as_HTML_is_one_page_that_escapes_what_users_wrote_and_draws_its_metrics()
    {
        var id = await CreateAsync("<script>alert(1)</script>");
        await host.LogAsync(id, Point("<loss>", 1, 3), Point("<loss>", 2, 1), Point("<loss>", 3, 2));

        var (type, name, html) = await ExportAsync(id, "html");

        Assert.Equal("text/html; charset=utf-8", type);
        Assert.StartsWith("attachment;", name, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html);
        Assert.Contains("default-src 'none'", html);
        var svg = XElement.Parse(
            html[html.IndexOf("<svg", StringComparison.Ordinal)..(html.IndexOf("</svg>", StringComparison.Ordinal) + 6)]
        );
        Assert.Equal("<loss>", svg.Attribute("aria-label")!.Value);
        Assert.Equal(
            "M64 8h0L348 176L632 92",
            svg.Elements("path").Single(path => path.Attribute("class")!.Value == "curve").Attribute("d")!.Value
        );
    }

    [Fact]
    public async Task as_Markdown_shows_what_users_wrote_as_it_is()
    {
        var id = await CreateAsync("a | b *c* <img>");
        await host.LogAsync(id, Point("loss", 1, 3), Point("loss", 2, 1));

        var (type, _, text) = await ExportAsync(id, "markdown");

        Assert.Equal("text/markdown; charset=utf-8", type);
        Assert.StartsWith("# a \\| b \\*c\\* \\<img\\>\n", text, StringComparison.Ordinal);
        Assert.Contains("| loss | 1 | 2 | 1 | 3 | 2 |", text);
        Assert.Contains("| lr | 0.1 |", text);
        Assert.Contains("## Notes\n\n**well**\n", text);
    }

    [Theory]
    [InlineData("format=pdf", "format")]
    [InlineData("format=csv&key=%00", "keys")]
    public async Task refuses_what_it_does_not_know(string query, string field)
    {
        var id = await host.CreateRunAsync();

        var problem = await host.GetAsync($"/api/runs/{id}/export?{query}", HttpStatusCode.BadRequest);

        Assert.NotNull(problem["errors"]![field]);
    }

    [Fact]
    public async Task that_there_is_not_is_not_found() =>
        await host.GetAsync("/api/runs/never-there/export", HttpStatusCode.NotFound);

    private async Task<string> CreateAsync(string name)
    {
        var run = await host.SendAsync(
            HttpMethod.Post,
            "/api/runs",
            new
            {
                project = "demo",
                name,
                parameters = new { lr = 0.1 },
            },
            HttpStatusCode.Created
        );
        var id = run["id"]!.GetValue<string>();
        await host.SendAsync(HttpMethod.Patch, $"/api/runs/{id}", new { notes = "**well**" }, HttpStatusCode.OK);
        return id;
    }

    private async Task<(string? Type, string? Name, string Text)> ExportAsync(string id, string format)
    {
        using var response = await host.Http.GetAsync($"/api/runs/{id}/export?format={format}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (
            response.Content.Headers.ContentType?.ToString(),
            response.Content.Headers.ContentDisposition?.ToString(),
            await response.Content.ReadAsStringAsync()
        );
    }

    private static object Point(string key, int step, object value, string? stage = null) =>
        new
        {
            key,
            step,
            at = At,
            value,
            stage,
        };
}
