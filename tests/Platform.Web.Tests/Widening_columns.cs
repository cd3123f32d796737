using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Trait("check", "UI-01")]
[Collection("measured")]
public sealed class Widening_columns(ManyJobs browser)
{
    [Fact]
    public async Task is_done_with_the_mouse_and_remembered()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/jobs");
        await Expect(FirstJob(page)).ToBeVisibleAsync();
        var (status, name) = (await WidthAsync(page, "Status"), await WidthAsync(page, "Name"));

        await DragAsync(page, "Project", 90);
        await Expect(FirstJob(page)).ToBeVisibleAsync();
        Assert.Equal(status, await WidthAsync(page, "Status"), tolerance: 1);
        Assert.Equal(name, await WidthAsync(page, "Name"), tolerance: 1);
        var project = await WidthAsync(page, "Project");
        await AssertRowsFollowTheHeadAsync(page);

        await page.ReloadAsync();
        await Expect(FirstJob(page)).ToBeVisibleAsync();
        Assert.Equal(project, await WidthAsync(page, "Project"), tolerance: 1);
        Assert.Equal(name, await WidthAsync(page, "Name"), tolerance: 1);

        await session.GoAsync("/runs");
        await Expect(session.Heading("Runs")).ToBeVisibleAsync();
        await session.GoAsync("/jobs");
        await Grip(page, "Project").DblClickAsync();
        await Grip(page, "Name").DblClickAsync();
        await Expect(Grip(page, "Name")).ToHaveAttributeAsync("aria-valuenow", Number(name));
        session.AssertNoFaults();
    }

    [Fact]
    public async Task is_done_with_the_keyboard_and_undone()
    {
        await using var session = await browser.OpenAsync(ColorScheme.Dark, "zh-CN");
        var page = session.Page;
        await session.GoAsync("/jobs");
        await Expect(FirstJob(page)).ToBeVisibleAsync();
        var grip = page.GetByRole(AriaRole.Separator, new() { Name = "状态的列宽" });
        var before = await ValueAsync(grip);
        await grip.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(grip).ToHaveAttributeAsync("aria-valuenow", Number(before + 16));
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(grip).ToHaveAttributeAsync("aria-valuenow", Number(before + 32));
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(grip).ToHaveAttributeAsync("aria-valuenow", Number(before + 16));
        await session.AssertAccessibleAsync("a table with a wider column");

        await page.ReloadAsync();
        await Expect(grip).ToHaveAttributeAsync("aria-valuenow", Number(before + 16));
        await grip.FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await Expect(grip).ToHaveAttributeAsync("aria-valuenow", Number(before));
        await page.ReloadAsync();
        await Expect(grip).ToHaveAttributeAsync("aria-valuenow", Number(before));
        session.AssertNoFaults();
    }

    [Fact]
    public async Task renders_no_row_again_and_scrolls_head_and_rows_together()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/jobs");
        await Expect(FirstJob(page)).ToBeVisibleAsync();
        await page.EvaluateAsync(
            """
            () => {
              window.changed = 0;
              new MutationObserver(all => window.changed += all.length)
                .observe(document.querySelector('.table-body'), { subtree: true, childList: true, attributes: true });
            }
            """
        );
        await DragAsync(page, "Name", 900, release: false);
        Assert.Equal(0, await page.EvaluateAsync<int>("window.changed"));
        await page.Mouse.UpAsync();

        await page.Locator(".table-body").EvaluateAsync("body => body.scrollLeft = body.scrollWidth");
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Submitted" })).ToBeInViewportAsync();
        Assert.True(await page.Locator(".table-head").EvaluateAsync<int>("head => head.scrollLeft") > 100);
        await AssertRowsFollowTheHeadAsync(page);
        await session.AssertNoSidewaysScrollAsync("a table with a column of 900 pixels");
        session.AssertNoFaults();
    }

    [Fact]
    public async Task is_given_up_with_escape()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/jobs");
        await Expect(FirstJob(page)).ToBeVisibleAsync();
        var node = await WidthAsync(page, "Node");

        await DragAsync(page, "Node", 120, release: false);
        await page.Keyboard.PressAsync("Escape");
        Assert.Equal(node, await WidthAsync(page, "Node"));
        await page.Mouse.MoveAsync(0, 0);
        await page.Mouse.UpAsync();
        Assert.Equal(node, await WidthAsync(page, "Node"));
        Assert.Null(await page.EvaluateAsync<string?>("localStorage.getItem('platform.columns.jobs')"));
        session.AssertNoFaults();
    }

    [Theory]
    [InlineData(390)]
    [InlineData(800)]
    [InlineData(961)]
    [InlineData(1000)]
    public async Task is_not_needed_to_see_all_that_is_shown(int width)
    {
        await using var session = await browser.OpenAsync(width: width);
        await session.GoAsync("/jobs");
        await Expect(FirstJob(session.Page)).ToBeVisibleAsync();
        Assert.Equal(
            0,
            await session.Page.Locator(".table-body").EvaluateAsync<int>("body => body.scrollWidth - body.clientWidth")
        );
    }

    [Fact]
    public async Task changes_nothing_on_a_narrow_screen_nor_where_what_was_stored_is_spoilt()
    {
        await using var session = await browser.OpenAsync(width: 390);
        var page = session.Page;
        await session.GoAsync("/jobs");
        await Expect(FirstJob(page)).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Separator)).ToHaveCountAsync(0);
        var name = await WidthAsync(page, "Name");
        foreach (var stored in new[] { """{"name":1200,"status":"wide"}""", "{", "[7]" })
        {
            await page.EvaluateAsync("stored => localStorage.setItem('platform.columns.jobs', stored)", stored);
            await page.ReloadAsync();
            await Expect(FirstJob(page)).ToBeVisibleAsync();
            Assert.Equal(name, await WidthAsync(page, "Name"));
            await session.AssertNoSidewaysScrollAsync("/jobs");
        }

        session.AssertNoFaults();
    }

    private static ILocator FirstJob(IPage page) =>
        page.GetByRole(AriaRole.Link, new() { Name = "job 1", Exact = true });

    private static ILocator Grip(IPage page, string column) =>
        page.GetByRole(AriaRole.Separator, new() { Name = $"Width of {column}", Exact = true });

    private static async Task DragAsync(IPage page, string column, int by, bool release = true)
    {
        var before = await WidthAsync(page, column);
        var box = (await Grip(page, column).BoundingBoxAsync())!;
        var (x, y) = (box.X + (box.Width / 2), box.Y + (box.Height / 2));
        await page.Mouse.MoveAsync(x, y);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(x + by, y, new() { Steps = 10 });
        if (release)
        {
            await page.Mouse.UpAsync();
        }

        Assert.Equal(before + by, await WidthAsync(page, column), tolerance: 1);
    }

    private static Task<double> WidthAsync(IPage page, string column) =>
        page.GetByRole(AriaRole.Columnheader, new() { Name = column, Exact = true })
            .EvaluateAsync<double>("head => head.getBoundingClientRect().width");

    private static async Task AssertRowsFollowTheHeadAsync(IPage page) =>
        Assert.True(
            await page.EvaluateAsync<bool>(
                """
                () => {
                  const edges = row => [...row.children].map(cell => Math.round(cell.getBoundingClientRect().right));
                  const head = edges(document.querySelector('.table-head .table-row'));
                  const row = edges(document.querySelector('.table-body .table-row'));
                  return head.join() === row.join();
                }
                """
            )
        );

    private static async Task<int> ValueAsync(ILocator grip) =>
        int.Parse((await grip.GetAttributeAsync("aria-valuenow"))!, CultureInfo.InvariantCulture);

    private static string Number(double value) => Math.Round(value).ToString(CultureInfo.InvariantCulture);
}
