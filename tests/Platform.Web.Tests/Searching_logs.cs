using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Collection("platform")]
public sealed class Searching_logs(Browser browser)
{
    [Fact]
    public async Task finds_a_line_and_leads_to_its_place()
    {
        var id = await PrintAsync("for i in range(300): print('line', i, 'has a quetzal in it' if i == 217 else '')");
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/jobs");
        await page.GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "Logs", Exact = true }).ClickAsync();
        await Expect(session.Heading("Search logs")).ToBeVisibleAsync();
        await Expect(page.GetByText("Find a line in any job")).ToBeVisibleAsync();

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("QUETZAL 217");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".found-lines mark").First).ToHaveTextAsync("217");
        await Expect(page.Locator(".found-lines mark").Nth(1)).ToHaveTextAsync("quetzal");
        Assert.EndsWith("/logs?q=QUETZAL+217", page.Url, StringComparison.Ordinal);

        await page.Locator(".found-lines a").First.ClickAsync();
        await Expect(page.Locator(".log-line-marked")).ToContainTextAsync("line 217 has a quetzal");
        Assert.Contains($"/jobs/{id}", page.Url, StringComparison.Ordinal);
        await page.GoBackAsync();
        await Expect(page.Locator(".found-lines li")).ToHaveCountAsync(1);
        session.AssertNoFaults();
    }

    [Fact]
    public async Task says_that_nothing_was_found_and_what_cannot_be_searched_for()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/logs?q=nowhereatall");
        await Expect(session.Heading("No line has that")).ToBeVisibleAsync();

        await session.GoAsync("/logs?q=%22open");
        await Expect(page.GetByText("A quotation mark is not closed.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task shows_more_lines_and_only_those_of_a_project()
    {
        await PrintAsync("for i in range(120): print('okapi', i)");
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/logs?q=okapi&project=web/logs");
        await Expect(page.Locator(".found-lines li")).ToHaveCountAsync(50);
        await Expect(page.Locator(".found-lines code").First).ToHaveTextAsync("okapi 119");
        await session.Button("Show more lines").ClickAsync();
        await Expect(page.Locator(".found-lines li")).ToHaveCountAsync(100);
        await session.Button("Show more lines").ClickAsync();
        await Expect(page.GetByText("120 lines; everything has been searched.")).ToBeVisibleAsync();

        await session.Field("Filter by project").FillAsync("elsewhere");
        await session.Field("Filter by project").PressAsync("Enter");
        await Expect(session.Heading("No line has that")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    private async Task<Guid> PrintAsync(string program)
    {
        var id = await browser.Platform.Api.SubmitAsync(
            new
            {
                name = "printer",
                project = "web/logs",
                command = new[] { "/usr/bin/python3", "-c", program },
                resources = new { cpus = 0.1, memoryMiB = 64 },
            }
        );
        await browser.Platform.Api.WaitForStatusAsync(id, "succeeded");
        return id;
    }
}
