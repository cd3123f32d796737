using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Trait("check", "UI-01")]
[Collection("platform")]
public sealed class Looking_at_curves(Browser browser)
{
    [Fact]
    public async Task they_grow_are_smoothed_zoomed_together_and_saved()
    {
        var id = await CreateRunAsync("curves");
        await LogAsync(id, ["accuracy", "loss"], 1, 60);
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync($"/runs/{id}");
        var loss = page.Locator("[data-key='loss']");
        await Expect(loss.Locator("[data-points='60']")).ToBeVisibleAsync();
        var shorter = await DrawingAsync(loss);
        await LogAsync(id, ["accuracy", "loss"], 61, 20);
        await Expect(loss.Locator("[data-points='80']")).ToBeVisibleAsync();

        var plain = await ChangedAsync(loss, shorter);
        await page.GetByLabel("Smoothing").FillAsync("0.9");
        var smooth = await ChangedAsync(loss, plain);
        await page.GetByLabel("Smoothing").FillAsync("0");
        Assert.Equal(plain, await ChangedAsync(loss, smooth));
        await page.GetByLabel("Log scale", new() { Exact = true }).CheckAsync();
        var logarithmic = await ChangedAsync(loss, plain);
        await page.GetByLabel("Log scale", new() { Exact = true }).UncheckAsync();
        Assert.Equal(plain, await ChangedAsync(loss, logarithmic));
        await page.GetByLabel("X axis").SelectOptionAsync("time");
        var overTime = await ChangedAsync(loss, plain);
        await page.GetByLabel("X axis").SelectOptionAsync("step");
        Assert.Equal(plain, await ChangedAsync(loss, overTime));

        var other = page.Locator("[data-key='accuracy']");
        var whole = await DrawingAsync(other);
        var area = (await loss.Locator(".u-over").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(area.X + (area.Width / 4), area.Y + (area.Height / 2));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(area.X + (area.Width / 2), area.Y + (area.Height / 2), new() { Steps = 5 });
        await page.Mouse.UpAsync();
        await page.Mouse.MoveAsync(0, 0);
        await Expect(session.Button("Reset zoom")).ToBeVisibleAsync();
        await ChangedAsync(loss, plain);
        var part = await ChangedAsync(other, whole);
        await session.Button("Reset zoom").ClickAsync();
        Assert.Equal(whole, await ChangedAsync(other, part));

        var download = await page.RunAndWaitForDownloadAsync(() => session.Button("Download loss as CSV").ClickAsync());
        Assert.Equal("loss.csv", download.SuggestedFilename);
        var rows = await File.ReadAllLinesAsync(await download.PathAsync());
        Assert.Equal("step,time,loss", rows[0]);
        Assert.Equal(
            Enumerable.Range(1, 80),
            rows[1..].Select(row => int.Parse(row.Split(',')[0], CultureInfo.InvariantCulture))
        );
        Assert.Equal(1.0 / 80, double.Parse(rows[80].Split(',')[2], CultureInfo.InvariantCulture), 9);
        session.AssertNoFaults();
    }

    [Fact]
    public async Task the_cursor_reads_values_and_what_is_no_number_is_marked()
    {
        var id = await CreateRunAsync("values");
        await LogAsync(id, ["a/very/long/name/of/a/metric/that/would/take/three/lines/over/its/chart"], 1, 60);
        await LogAsync(id, ["loss"], 1, 29);
        await LogAsync(
            id,
            new
            {
                key = "loss",
                step = 30,
                value = "NaN",
            },
            new
            {
                key = "down",
                step = 1,
                value = -1.0,
            }
        );
        await LogAsync(id, ["loss"], 31, 30);
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync($"/runs/{id}");
        var loss = page.Locator("[data-key='loss']");
        await Expect(loss.GetByText("1 NaN")).ToHaveAttributeAsync("title", "NaN or infinite at: 30");
        await Expect(loss.GetByText("last 0.016667")).ToBeVisibleAsync();

        var area = (await loss.Locator(".u-over").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(area.X + (area.Width * 29 / 59), area.Y + (area.Height / 2));
        await Expect(loss.GetByText("30 NaN")).ToBeVisibleAsync();
        await Expect(page.Locator("[data-key^='a/very']").GetByText("30 0.033333")).ToBeVisibleAsync();
        // A height means another value in each chart: only the step is shared.
        await Expect(page.Locator(".u-cursor-y:not(.u-off)").Locator("visible=true")).ToHaveCountAsync(0);
        await page.Mouse.MoveAsync(0, 0);
        await Expect(loss.GetByText("last 0.016667")).ToBeVisibleAsync();

        var heights = await page.Locator(".chart figcaption")
            .EvaluateAllAsync<double[]>("all => all.map(one => one.offsetHeight)");
        Assert.Single(heights.Distinct());

        var plain = await DrawingAsync(loss);
        await session.Button("Log scale of loss").ClickAsync();
        await ChangedAsync(loss, plain);
        await Expect(session.Button("Log scale of down")).ToHaveAttributeAsync("aria-pressed", "false");
        await page.GetByLabel("Log scale", new() { Exact = true }).CheckAsync();
        await Expect(session.Button("Log scale of down")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Locator("[data-key='down']").GetByText("No values above zero")).ToBeVisibleAsync();
        await session.AssertAccessibleAsync("charts with log scale");
        session.AssertNoFaults();
    }

    [Fact]
    public async Task an_attempt_that_starts_from_nothing_is_a_curve_of_its_own()
    {
        var id = await CreateRunAsync("attempts");
        await LogAsync(id, ["loss"], 1, 60);
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync($"/runs/{id}");
        var loss = page.Locator("[data-key='loss']");
        await Expect(loss.GetByText("last 0.016667")).ToBeVisibleAsync();
        await Expect(page.GetByText("Faint lines: logged before a restart")).ToHaveCountAsync(0);
        await LogAsync(id, ["loss"], 1, 20);
        await Expect(loss.GetByText("last 0.05")).ToBeVisibleAsync();
        await Expect(loss.Locator("[data-points='20']")).ToBeVisibleAsync();
        await Expect(page.GetByText("Faint lines: logged before a restart")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(loss.GetByText("last 0.05")).ToBeVisibleAsync();
        await Expect(loss.Locator("[data-points='20']")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task fifty_charts_are_drawn_as_they_come_into_sight()
    {
        var id = await CreateRunAsync("many curves");
        await LogAsync(id, [.. Enumerable.Range(10, 50).Select(i => $"metric{i}")], 1, 30);
        await using var session = await browser.OpenAsync(width: 800);
        var page = session.Page;
        await session.GoAsync($"/runs/{id}");
        await Expect(page.Locator(".chart")).ToHaveCountAsync(50);
        await Expect(page.Locator("[data-key='metric10'] canvas")).ToBeVisibleAsync();
        Assert.InRange(await page.Locator(".chart canvas").CountAsync(), 1, 25);
        await Expect(page.Locator("[data-key='metric59'] canvas")).ToHaveCountAsync(0);

        await page.Locator("[data-key='metric59']").ScrollIntoViewIfNeededAsync();
        await Expect(page.Locator("[data-key='metric59'] canvas")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    private async Task<string> CreateRunAsync(string name)
    {
        using var response = await browser.Platform.Api.Http.PostAsJsonAsync(
            "/api/runs",
            new { name, project = "web" }
        );
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!["id"]!.GetValue<string>();
    }

    private Task LogAsync(string run, string[] keys, int from, int count) =>
        LogAsync(
            run,
            [
                .. keys.SelectMany(key =>
                    Enumerable
                        .Range(from, count)
                        .Select(step => new
                        {
                            key,
                            step,
                            value = 1.0 / step,
                        })
                ),
            ]
        );

    private async Task LogAsync(string run, params object[] points)
    {
        using var response = await browser.Platform.Api.Http.PostAsJsonAsync(
            $"/api/runs/{run}/metrics",
            new { points }
        );
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private static Task<string> DrawingAsync(ILocator chart) =>
        chart.Locator("canvas").EvaluateAsync<string>("canvas => canvas.toDataURL()");

    /// <summary>Waits until a chart is drawn differently.</summary>
    private static async Task<string> ChangedAsync(ILocator chart, string before)
    {
        var now = before;
        await WaitFor.ConditionAsync("the chart to change", async () => (now = await DrawingAsync(chart)) != before);
        return now;
    }
}
