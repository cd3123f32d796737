using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
public sealed class Losing_the_platform(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task A_banner_says_so_and_the_page_comes_back_by_itself()
    {
        await using var visitor = await browser.VisitAsync();
        await visitor.GoAsync("/nodes");
        await Expect(visitor.Page.Locator("[data-node]")).ToBeVisibleAsync();

        await browser.Platform.DownAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("does not answer");
        await browser.Platform.UpAgainAsync();

        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await Expect(visitor.Page.Locator("[data-node] .status")).ToHaveTextAsync("online");
        visitor.ForgetLostConnections();
        visitor.AssertNoFaults();
    }
}
