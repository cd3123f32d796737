using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Collection("platform")]
public sealed class Leaving_a_form(Browser browser)
{
    [Fact]
    public async Task without_saving_saves_nothing_and_leads_to_where_one_wanted_to_go()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        var sent = new List<string>();
        page.Request += (_, request) =>
        {
            if (request.Method is not "GET")
            {
                sent.Add($"{request.Method} {request.Url}");
            }
        };
        await session.GoAsync("/alerts/rules/new");
        await session.Field("Name").FillAsync("left behind");
        await session.Field("Project").FillAsync("left");
        await session.Field("Metric").FillAsync("loss");
        await session.Field("Threshold").FillAsync("1");

        var jobs = page.GetByRole(AriaRole.Link, new() { Name = "Jobs", Exact = true });
        await jobs.ClickAsync();
        await session.InDialog("Keep editing").ClickAsync();
        await Expect(session.Field("Name")).ToHaveValueAsync("left behind");
        await jobs.ClickAsync();
        await session.InDialog("Leave").ClickAsync();

        await Expect(session.Heading("Jobs")).ToBeVisibleAsync();
        Assert.Empty(sent);
        session.AssertNoFaults();
    }
}
