using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Collection("platform")]
public sealed class Finding_the_way(Browser browser)
{
    [Fact]
    public async Task keys_lead_through_the_app_and_an_unknown_address_has_a_page_of_its_own()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/nowhere/at-all");
        await Expect(session.Heading("Page not found")).ToBeVisibleAsync();
        // The two keys belong together when they come within a second, however long that takes here.
        await page.Clock.SetFixedTimeAsync(TimeProvider.System.GetUtcNow().UtcDateTime);
        foreach (var (key, heading) in new[] { ("n", "Nodes"), ("r", "Runs"), ("a", "Artifacts"), ("j", "Jobs") })
        {
            await page.Keyboard.PressAsync("g");
            await page.Keyboard.PressAsync(key);
            await Expect(session.Heading(heading)).ToBeVisibleAsync();
        }

        await page.Keyboard.PressAsync("/");
        await Expect(page.GetByLabel("Search by name or ID")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("gj?no-such-job");
        await Expect(session.Heading("No results for these filters")).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync($"{browser.Platform.Url}/jobs?search=gj%3Fno-such-job");
        await page.GetByLabel("Search by name or ID").BlurAsync();
        await page.Keyboard.PressAsync("?");
        await Expect(session.Heading("Keyboard shortcuts")).ToBeVisibleAsync();
        await session.AssertAccessibleAsync("the keyboard shortcuts");
        await page.Keyboard.PressAsync("Escape");
        await Expect(session.Heading("Keyboard shortcuts")).ToHaveCountAsync(0);
        await page.GetByLabel("Search by name or ID").BlurAsync();
        await page.Keyboard.PressAsync("c");
        await Expect(session.Heading("New job")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_wheel_over_the_bar_moves_the_page()
    {
        await using var session = await browser.OpenAsync();
        await session.GoAsync("/jobs/new");
        await Expect(session.Heading("New job")).ToBeVisibleAsync();
        await session.Page.Mouse.MoveAsync(680, 20);
        await session.Page.Mouse.WheelAsync(0, 200);
        await session.Page.WaitForFunctionAsync("document.querySelector('main').scrollTop > 100");
        session.AssertNoFaults();
    }

    [Fact]
    public async Task theme_and_language_are_chosen_and_remembered()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/jobs");
        Assert.Equal("rgb(247, 247, 245)", await GroundAsync(page));
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        Assert.Equal("rgb(17, 19, 21)", await GroundAsync(page));
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });

        await session.Button("Appearance and language").ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Theme" }).SelectOptionAsync("dark");
        await session.AssertAccessibleAsync("the settings");
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Language" }).SelectOptionAsync("zh");
        await page.ReloadAsync();

        await Expect(session.Heading("任务")).ToBeVisibleAsync();
        Assert.Equal("zh-CN", await page.EvaluateAsync<string>("document.documentElement.lang"));
        Assert.Equal("rgb(17, 19, 21)", await GroundAsync(page));
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_link_to_a_job_that_does_not_exist_yet_waits_and_shows_it_once_it_does()
    {
        var id = await browser.Platform.Api.SubmitAsync(
            new
            {
                name = "late",
                command = new[] { "true" },
                resources = new { cpus = 0.1, memoryMiB = 64 },
            }
        );
        await using var session = await browser.OpenAsync();
        var exists = false;
        await session.Page.RouteAsync(
            $"**/api/jobs/{id}",
            route => exists ? route.ContinueAsync() : route.FulfillAsync(new() { Status = 404 })
        );
        session.ExpectRefusal(404, $"/api/jobs/{id}");
        await session.GoAsync($"/jobs/{id}");
        await Expect(session.Heading("Waiting for this job")).ToBeVisibleAsync();
        exists = true;
        await Expect(session.Heading("late")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_link_to_a_job_that_never_comes_says_so_after_ten_seconds()
    {
        await using var session = await browser.OpenAsync();
        await session.Page.Clock.InstallAsync();
        var id = Guid.CreateVersion7();
        session.ExpectRefusal(404, $"/api/jobs/{id}");
        await session.GoAsync($"/jobs/{id}");
        await Expect(session.Heading("Waiting for this job")).ToBeVisibleAsync();
        await session.AssertAccessibleAsync("waiting for a job");
        await session.Page.Clock.FastForwardAsync(11_000);
        await Expect(session.Heading("Job not found")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    [Theory]
    [InlineData("/runs/01990000-0000-7000-8000-000000000000", "Run not found", "Back to runs", "/runs")]
    [InlineData("/artifacts/nobody-made-it", "Artifact not found", "Back to artifacts", "/artifacts")]
    public async Task what_does_not_exist_has_a_page_that_leads_back(
        string path,
        string heading,
        string back,
        string list
    )
    {
        await using var session = await browser.OpenAsync();
        session.ExpectRefusal(404, $"/api{path}");
        await session.GoAsync(path);
        await Expect(session.Heading(heading)).ToBeVisibleAsync();
        await Expect(session.Page).ToHaveTitleAsync($"{heading} · Platform");
        await session.AssertAccessibleAsync(path);
        await session.Page.GetByRole(AriaRole.Link, new() { Name = back }).ClickAsync();
        await Expect(session.Page).ToHaveURLAsync(browser.Platform.Url + list);
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_token_that_is_no_longer_valid_is_told_of_and_this_machine_needs_none()
    {
        await using var session = await browser.OpenAsync();
        await session.GoAsync("/jobs");
        await session.Page.EvaluateAsync("localStorage.setItem('platform.token /', 'revoked')");
        await session.Page.ReloadAsync();
        await Expect(session.Heading("Sign in")).ToBeVisibleAsync();
        await Expect(session.Page.GetByRole(AriaRole.Alert))
            .ToHaveTextAsync("Your token is invalid, expired or revoked.");

        await session.Button("Continue without a token").ClickAsync();

        await Expect(session.Heading("Jobs")).ToBeVisibleAsync();
        await session.Page.ReloadAsync();
        await Expect(session.Heading("Jobs")).ToBeVisibleAsync();
        session.Forget("status of 401");
        session.AssertNoFaults();
    }

    [Fact]
    public async Task escape_clears_the_search_and_then_leaves_it()
    {
        await using var session = await browser.OpenAsync();
        await session.GoAsync("/jobs");
        var search = session.Field("Search by name or ID");
        await search.FillAsync("typed");
        // A search is carried out when typing has paused; one that still waits would lead back to the list.
        await Expect(session.Page).ToHaveURLAsync($"{browser.Platform.Url}/jobs?search=typed");
        await search.PressAsync("Escape");
        await Expect(search).ToHaveValueAsync("");
        await Expect(session.Page).ToHaveURLAsync($"{browser.Platform.Url}/jobs");
        await search.PressAsync("Escape");
        // The two keys belong together when they come within a second, however long that takes here.
        await session.Page.Clock.SetFixedTimeAsync(TimeProvider.System.GetUtcNow().UtcDateTime);
        await session.Page.Keyboard.PressAsync("g");
        await session.Page.Keyboard.PressAsync("n");
        await Expect(session.Heading("Nodes")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    private static Task<string> GroundAsync(IPage page) =>
        page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
}
