using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Collection("platform")]
public sealed partial class Reading_a_log(Browser browser, ITestOutputHelper output) : IDisposable
{
    private const int Lines = 100_000;

    private readonly RouteBlocker _gates = new();

    public void Dispose() => _gates.Dispose();

    [Fact]
    [Trait("check", "LOG-01")]
    [Trait("check", "LOG-04")]
    public async Task a_hundred_thousand_lines_are_followed_searched_scrolled_and_copied()
    {
        var id = await PrintAsync(
            "talker",
            $$"""
            print('begin', flush=True)
            wait(1)
            for i in range({{Lines}}):
                print('line', i)
                if i % 10000 == 0: time.sleep(0.1)
            """
        );
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync($"/jobs/{id}");
        // It was opened while the training ran, and follows the end.
        await Expect(session.Status).ToHaveTextAsync("Running");
        await Expect(page.GetByText("begin")).ToBeVisibleAsync();
        _gates.Open(1);
        await Expect(page.GetByTestId("log-lines")).ToHaveTextAsync("100,001 lines");
        await Expect(page.Locator(".log-line").Last).ToContainTextAsync($"line {Lines - 1}");
        await AssertFewRowsAsync(page);

        await session.Field("Search in the log").FillAsync("line 77");
        await Expect(page.GetByText("1111 matches")).ToBeVisibleAsync();
        await session.Field("Search in the log").PressAsync("7");
        await session.Field("Search in the log").PressAsync("Enter");
        await Expect(page.GetByText("1 of 111, line 779")).ToBeVisibleAsync();
        await Expect(page.Locator(".log-line-marked")).ToContainTextAsync("line 777");
        await session.Field("Search in the log").PressAsync("Shift+Enter");
        await Expect(page.GetByText("111 of 111, line 77801")).ToBeVisibleAsync();
        await AssertFewRowsAsync(page);

        var frames = await Frames.ScrollAsync(page, ".log-lines");
        output.WriteLine($"Scrolling through {Lines} lines: {frames}");
        await AssertFewRowsAsync(page);

        await session.Button("Copy log").ClickAsync();
        var copied = await page.EvaluateAsync<string>("navigator.clipboard.readText()");
        var expected = new StringBuilder("begin");
        for (var i = 0; i < Lines; i++)
        {
            expected.Append($"\nline {i}");
        }

        Assert.True(expected.ToString() == copied, "What was copied is not the whole log, in order.");
        var download = await page.RunAndWaitForDownloadAsync(() => session.Button("Download log").ClickAsync());
        Assert.Equal($"{expected}\n", await File.ReadAllTextAsync(await download.PathAsync()));
        session.AssertNoFaults();
    }

    [Fact]
    [Trait("check", "LOG-04")]
    public async Task colours_are_kept_and_progress_bars_folded()
    {
        var id = await PrintAsync(
            "painter",
            """
            print('\x1b[31mred\x1b[0m plain \x1b[38;5;208morange\x1b[0m \x1b[48;2;0;0;120mground\x1b[0m')
            print('\r10%|#         |', end='', flush=True)
            wait(1)
            print('\r50%|#####     |', end='', flush=True)
            wait(2)
            print('\r100%|##########|')
            """
        );
        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/jobs/{id}");
        await Expect(session.Page.Locator(".log-line code").Last).ToHaveTextAsync("10%|#         |");
        _gates.Open(1);
        await Expect(session.Page.Locator(".log-line code").Last).ToHaveTextAsync("50%|#####     |");
        await Expect(session.Page.GetByTestId("log-lines")).ToHaveTextAsync("1 line");
        _gates.Open(2);
        await Expect(session.Status).ToHaveTextAsync("Succeeded");
        await Expect(session.Page.GetByTestId("log-lines")).ToHaveTextAsync("2 lines");
        await Expect(session.Page.Locator(".ansi-red-fg")).ToHaveTextAsync("red");
        await Expect(session.Page.Locator(".ansi-exact-fg")).ToHaveTextAsync("orange");
        await Expect(session.Page.Locator(".ansi-exact-bg")).ToHaveCSSAsync("background-color", "rgb(0, 0, 120)");
        await Expect(session.Page.Locator(".log-line code").Last).ToHaveTextAsync("100%|##########|");
        await Expect(session.Page.Locator(".log-line")).ToHaveCountAsync(2);
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_link_leads_to_its_line_and_following_stops_while_someone_reads()
    {
        var id = await PrintAsync(
            "counter",
            "for i in range(5000): print('line', i)\nsys.stdout.flush()\nwait(1)\nprint('the end')\nsys.stdout.flush()\nwait(2)"
        );
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync($"/jobs/{id}?attempt=1&line=2345");
        await Expect(page.Locator(".log-line-marked")).ToContainTextAsync("line 2344");
        await Expect(page.Locator(".log-line-marked")).ToBeInViewportAsync();

        await page.Locator(".log-line-marked")
            .Locator("xpath=../following-sibling::*[1]")
            .ClickAsync(
                new()
                {
                    Position = new() { X = 20, Y = 8 },
                }
            );
        await Expect(page).ToHaveURLAsync(LineLink());
        _gates.Open(1);
        await Expect(page.GetByTestId("log-lines")).ToHaveTextAsync("5,001 lines");
        await Expect(page.GetByText("the end")).ToHaveCountAsync(0);

        await session.Button("Follow").ClickAsync();
        await Expect(page.GetByText("the end")).ToBeInViewportAsync();
        await Expect(session.Button("Follow")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.Locator(".log-lines").EvaluateAsync("log => log.scrollTop = 0");
        await Expect(session.Button("Follow")).ToHaveAttributeAsync("aria-pressed", "false");

        _gates.Open(2);
        await session.Button("Go to end").ClickAsync();
        await Expect(page.GetByText("the end")).ToBeInViewportAsync();
        await Expect(session.Button("Follow")).ToHaveCountAsync(0);
        session.AssertNoFaults();
    }

    private Task<Guid> PrintAsync(string name, string program) =>
        browser.Platform.Api.SubmitAsync(
            new
            {
                name,
                command = new[] { "/usr/bin/python3", "-c", _gates.Prelude + program },
                resources = new { cpus = 0.1, memoryMiB = 64 },
            }
        );

    /// <summary>However long the log, only what is in sight is in the document.</summary>
    private static async Task AssertFewRowsAsync(IPage page) =>
        Assert.InRange(await page.Locator(".log-line").CountAsync(), 1, 200);

    [GeneratedRegex("line=2346", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LineLink();
}
