using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
public sealed class Losing_the_platform(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task a_banner_says_so_nothing_typed_is_lost_and_the_pages_come_back_by_themselves()
    {
        await using var session = await browser.OpenAsync();
        await using var writer = await browser.OpenAsync();
        await session.GoAsync("/nodes");
        await Expect(session.Page.Locator("[data-node]")).ToBeVisibleAsync();
        await writer.GoAsync("/jobs/new");
        await writer.Field("Name").FillAsync("patient");
        await writer.Field("Command").FillAsync("echo done");

        await browser.Platform.DownAsync();
        await Expect(session.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("is not responding");
        await session.AssertAccessibleAsync("the banner");
        await session.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await session.AssertAccessibleAsync("the banner in the dark");
        await writer.Button("Submit").ClickAsync();
        await Expect(writer.Page.GetByText("The job was not submitted: The platform is not responding."))
            .ToBeVisibleAsync();
        await Expect(writer.Field("Command")).ToHaveValueAsync("echo done");
        await browser.Platform.UpAsync();

        await Expect(session.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await Expect(session.Page.Locator("[data-node] .status")).ToHaveTextAsync("Online");
        await Expect(writer.Page.Locator(".banner")).ToHaveCountAsync(0);
        await writer.Button("Submit").ClickAsync();
        await Expect(writer.Status).ToHaveTextAsync("Succeeded");
        var jobs = await browser.Platform.Api.GetAsync("/api/jobs");
        Assert.Equal(1, jobs["total"]!.GetValue<int>());
        foreach (var one in new[] { session, writer })
        {
            one.Forget("net::ERR_");
            one.Forget("status of 503");
            one.AssertNoFaults();
        }
    }
}
