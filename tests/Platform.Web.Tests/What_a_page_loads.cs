using System.Text.Json;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Trait("check", "UI-01")]
[Collection("measured")]
public sealed class What_a_page_loads(ManyJobs browser, ITestOutputHelper output)
{
    private const int FirstPageBudget = 200 * 1024;
    private const int JobPageBudget = 40 * 1024;

    /// <summary>What the browser fetches, compressed: a page loads what it shows, and what it does not show comes later.</summary>
    [Fact]
    public async Task is_little_and_the_drawing_of_charts_comes_only_for_charts()
    {
        await using var session = await browser.OpenAsync();
        await session.GoAsync("/jobs");
        await Expect(session.Heading("Jobs")).ToBeVisibleAsync();
        await Expect(session.Button("Appearance and language")).ToBeVisibleAsync();
        var first = await FetchedAsync(session);
        var firstBytes = first.Sum(one => one.Bytes);
        output.WriteLine($"The list of jobs: {firstBytes} bytes in {first.Count} files");
        Assert.DoesNotContain(first, one => one.Name.Contains("chart", StringComparison.Ordinal));
        Assert.InRange(firstBytes, 50_000, FirstPageBudget);

        var jobs = await browser.Platform.Api.GetAsync("/api/jobs?limit=1");
        await session.GoAsync($"/jobs/{jobs["items"]![0]!["id"]}");
        await Expect(session.Heading("job 1")).ToBeVisibleAsync();
        var second = (await FetchedAsync(session)).ExceptBy(first.Select(one => one.Name), one => one.Name).ToList();
        output.WriteLine($"A job's page besides: {second.Sum(one => one.Bytes)} bytes in {second.Count} files");
        Assert.InRange(second.Sum(one => one.Bytes), 1000, JobPageBudget);
        session.AssertNoFaults();
    }

    private static async Task<List<(string Name, int Bytes)>> FetchedAsync(BrowserSession session)
    {
        var entries = await session.Page.EvaluateAsync<JsonElement>(
            """
            performance.getEntriesByType('resource')
              .filter(one => one.name.includes('/assets/'))
              .map(one => [one.name, one.encodedBodySize])
            """
        );
        return [.. entries.EnumerateArray().Select(one => (one[0].GetString()!, one[1].GetInt32()))];
    }
}
