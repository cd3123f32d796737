using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Collection("platform")]
public sealed class Finding_the_way(Browser browser)
{
    [Fact]
    public async Task Keys_lead_through_the_app_and_an_unknown_address_has_a_page_of_its_own()
    {
        await using var visitor = await browser.VisitAsync();
        var page = visitor.Page;
        await visitor.GoAsync("/nowhere/at-all");
        await Expect(visitor.Heading("There is no such page")).ToBeVisibleAsync();
        // The two keys belong together when they come within a second, however long that takes here.
        await page.Clock.SetFixedTimeAsync(TimeProvider.System.GetUtcNow().UtcDateTime);
        foreach (var (key, heading) in new[] { ("n", "Nodes"), ("r", "Runs"), ("a", "Artifacts"), ("j", "Jobs") })
        {
            await page.Keyboard.PressAsync("g");
            await page.Keyboard.PressAsync(key);
            await Expect(visitor.Heading(heading)).ToBeVisibleAsync();
        }

        await page.Keyboard.PressAsync("/");
        await Expect(page.GetByLabel("Search by name or id")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("gj?no-such-job");
        await Expect(visitor.Heading("Nothing matches this filter")).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync($"{browser.Platform.Url}/jobs?search=gj%3Fno-such-job");
        await page.GetByLabel("Search by name or id").BlurAsync();
        await page.Keyboard.PressAsync("?");
        await Expect(visitor.Heading("Keyboard shortcuts")).ToBeVisibleAsync();
        await visitor.AssertAccessibleAsync("the keyboard shortcuts");
        await page.Keyboard.PressAsync("Escape");
        await Expect(visitor.Heading("Keyboard shortcuts")).ToHaveCountAsync(0);
        await page.GetByLabel("Search by name or id").BlurAsync();
        await page.Keyboard.PressAsync("c");
        await Expect(visitor.Heading("Submit a job")).ToBeVisibleAsync();
        visitor.AssertNoFaults();
    }

    [Fact]
    public async Task Theme_and_language_are_chosen_and_remembered()
    {
        await using var visitor = await browser.VisitAsync();
        var page = visitor.Page;
        await visitor.GoAsync("/jobs");
        Assert.Equal("rgb(247, 247, 245)", await GroundAsync(page));
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        Assert.Equal("rgb(17, 19, 21)", await GroundAsync(page));
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });

        await visitor.Button("Appearance and language").ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Theme" }).SelectOptionAsync("dark");
        await visitor.AssertAccessibleAsync("the settings");
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Language" }).SelectOptionAsync("zh");
        await page.ReloadAsync();

        await Expect(visitor.Heading("任务")).ToBeVisibleAsync();
        Assert.Equal("zh-CN", await page.EvaluateAsync<string>("document.documentElement.lang"));
        Assert.Equal("rgb(17, 19, 21)", await GroundAsync(page));
        visitor.AssertNoFaults();
    }

    [Fact]
    public async Task A_link_to_a_job_that_does_not_exist_yet_waits_and_shows_it_once_it_does()
    {
        var id = await browser.Platform.Api.SubmitAsync(
            new
            {
                name = "late",
                command = new[] { "true" },
                resources = new { cpus = 0.1, memoryMiB = 64 },
            }
        );
        await using var visitor = await browser.VisitAsync();
        var empty = 2;
        await visitor.Page.RouteAsync(
            $"**/api/jobs?search={id}",
            route =>
                empty-- > 0 ? route.FulfillAsync(new() { Body = """{"items":[],"total":0}""" }) : route.ContinueAsync()
        );
        await visitor.GoAsync($"/jobs/{id}");
        await Expect(visitor.Heading("Waiting for this job")).ToBeVisibleAsync();
        await Expect(visitor.Heading("late")).ToBeVisibleAsync();
        Assert.True(empty < 0);
        visitor.AssertNoFaults();
    }

    [Fact]
    public async Task A_link_to_a_job_that_never_comes_says_so_after_a_minute()
    {
        await using var visitor = await browser.VisitAsync();
        await visitor.Page.Clock.InstallAsync();
        await visitor.GoAsync($"/jobs/{Guid.CreateVersion7()}");
        await Expect(visitor.Heading("Waiting for this job")).ToBeVisibleAsync();
        await visitor.AssertAccessibleAsync("waiting for a job");
        await visitor.Page.Clock.FastForwardAsync(30_000);
        await Expect(visitor.Heading("Waiting for this job")).ToBeVisibleAsync();
        await visitor.Page.Clock.FastForwardAsync(31_000);
        await Expect(visitor.Heading("There is no such job")).ToBeVisibleAsync();
        visitor.AssertNoFaults();
    }

    [Theory]
    [InlineData("/runs/01990000-0000-7000-8000-000000000000", "There is no such run", "Back to the runs", "/runs")]
    [InlineData("/artifacts/nobody-made-it", "There is no such artifact", "Back to the artifacts", "/artifacts")]
    public async Task What_does_not_exist_has_a_page_that_leads_back(
        string path,
        string heading,
        string back,
        string list
    )
    {
        await using var visitor = await browser.VisitAsync();
        await visitor.GoAsync(path);
        await Expect(visitor.Heading(heading)).ToBeVisibleAsync();
        await Expect(visitor.Page).ToHaveTitleAsync($"{heading} · Platform");
        await visitor.AssertAccessibleAsync(path);
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = back }).ClickAsync();
        await Expect(visitor.Page).ToHaveURLAsync(browser.Platform.Url + list);
        visitor.AssertNoFaults();
    }

    private static Task<string> GroundAsync(IPage page) =>
        page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
}
