using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

/// <summary>A platform whose list of jobs is as long as that of years.</summary>
public sealed class ManyJobs : Browser
{
    public const int Count = 100_000;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await using var database = await Platform.OpenDatabaseAsync();
        await using var fill = database.CreateCommand(
            $$$"""
            insert into jobs.job_summary (job_id, run_id, name, search_name, project, status, attempt, priority, nodes,
              exit_code, submitted_at, started_at, ended_at, changed_at, version)
            select gen_random_uuid(), gen_random_uuid(), 'job ' || i, 'job ' || i, 'project/' || i % 50,
              case when i % 100 = 0 then 'failed' else 'succeeded' end, 1, 50, '[]', i % 100,
              now() - i * interval '1 minute', now() - i * interval '1 minute', now() - i * interval '1 minute' + interval '9 s',
              now(), 5
            from generate_series(1, {{{Count}}}) i;
            insert into jobs.job_spec (job_id, spec)
            select job_id, jsonb_build_object('name', name, 'project', project, 'command', '["true"]'::jsonb, 'files', '[]'::jsonb,
              'inputs', '[]'::jsonb, 'outputs', '[]'::jsonb, 'labels', '{}'::jsonb, 'env', '{}'::jsonb, 'priority', 50,
              'resources', '{"gpus":0,"cpus":1,"memoryMiB":64}'::jsonb, 'retry', '{"maxAttempts":1,"backoffSeconds":5}'::jsonb)
            from jobs.job_summary;
            analyze jobs.job_summary;
            """
        );
        await fill.ExecuteNonQueryAsync();
    }
}

[Trait("suite", "web")]
[Trait("check", "UI-01")]
[Collection("measured")]
public sealed partial class A_hundred_thousand_jobs(ManyJobs browser, ITestOutputHelper output)
{
    [Fact]
    public async Task are_scrolled_smoothly_while_only_what_is_in_sight_is_fetched_and_drawn()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        // Requests are told of while others are looked at.
        var asked = new ConcurrentQueue<int>();
        page.Request += (_, request) =>
        {
            if (
                new Uri(request.Url) is { AbsolutePath: "/api/jobs" } address
                && Offset().Match(address.Query) is { Success: true } offset
            )
            {
                asked.Enqueue(int.Parse(offset.Groups[1].Value, CultureInfo.InvariantCulture));
            }
        };
        await session.GoAsync("/jobs");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "job 1", Exact = true })).ToBeVisibleAsync();
        await Expect(page.Locator(".table-foot")).ToContainTextAsync("of 100,000");
        Assert.Equal([0], asked.Distinct());

        var frames = await Frames.ScrollAsync(page, ".table-body");
        await AssertFewRowsAsync(page);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "job 100000", Exact = true })).ToBeVisibleAsync();
        await Expect(page.Locator(".table-foot")).ToContainTextAsync("100,000 of 100,000");
        output.WriteLine($"Scrolling through {ManyJobs.Count} jobs: {frames}; {asked.Count} requests");
        // Whoever leaps from the first row to the last is not made to wait for all between. Frames of a busy machine are so
        // long that the list seems to rest at each of them.
        Assert.InRange(asked.Count, 2, frames.P95 < 80 ? 100 : 300);

        await page.Locator(".table-body").FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "job 1", Exact = true })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "job 100000", Exact = true })).ToBeVisibleAsync();
        await AssertFewRowsAsync(page);
        Assert.Contains(99_900, asked);

        await page.GetByRole(AriaRole.Link, new() { Name = "job 99999", Exact = true }).ClickAsync();
        await Expect(session.Heading("job 99999")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task are_filtered_from_the_first_row_on()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/jobs");
        // A list that appears scrolls to its first row.
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "job 1", Exact = true })).ToBeVisibleAsync();
        await page.Locator(".table-body").EvaluateAsync("body => body.scrollTop = body.scrollHeight / 2");
        await Expect(page.Locator(".table-foot")).ToContainTextAsync("50,0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Failed" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "job 100", Exact = true })).ToBeVisibleAsync();
        await Expect(page.Locator(".table-foot")).ToContainTextAsync("of 1,000");
        await Expect(page.Locator(".table-body .status[data-status='succeeded']")).ToHaveCountAsync(0);

        await page.GetByLabel("Search by name or ID").FillAsync("job 777");
        await Expect(page.Locator(".table-foot")).ToContainTextAsync("1–1 of 1");
        session.AssertNoFaults();
    }

    [Fact]
    public async Task keep_their_place_when_the_window_narrows()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/jobs");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "job 1", Exact = true })).ToBeVisibleAsync();
        await page.Locator(".table-body").EvaluateAsync("body => body.scrollTop = 40 * 500");
        await Expect(page.Locator(".table-foot")).ToContainTextAsync("501–");

        await page.SetViewportSizeAsync(390, 800);
        await Expect(page.Locator(".table-foot")).ToContainTextAsync("501–");
        await page.SetViewportSizeAsync(1360, 800);
        await Expect(page.Locator(".table-foot")).ToContainTextAsync("501–");
        session.AssertNoFaults();
    }

    [Fact]
    public async Task are_where_they_were_after_going_back()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/jobs");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "job 1", Exact = true })).ToBeVisibleAsync();
        await page.Locator(".table-body").EvaluateAsync("body => body.scrollTop = 40 * 50_000 + 13");
        await page.GetByRole(AriaRole.Link, new() { Name = "job 50004", Exact = true }).ClickAsync();
        await Expect(session.Heading("job 50004")).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Expect(page.Locator(".table-foot")).ToContainTextAsync("50,001–");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "job 50004", Exact = true })).ToBeVisibleAsync();
        // To the pixel: what the pointer was on is there again.
        Assert.Equal(40 * 50_000 + 13, await page.Locator(".table-body").EvaluateAsync<int>("body => body.scrollTop"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Failed" }).ClickAsync();
        await Expect(page.Locator(".table-foot")).ToContainTextAsync("of 1,000");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "job 100", Exact = true })).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Expect(page.Locator(".table-foot")).ToContainTextAsync("50,001–");
        await page.GoForwardAsync();
        await Expect(page.Locator(".table-foot"))
            .ToHaveTextAsync(new Regex(@"^1–\d\d of 1,000$", RegexOptions.None, TimeSpan.FromSeconds(1)));

        // A link leads to the first row.
        await page.GoBackAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Runs", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Jobs", Exact = true }).ClickAsync();
        await Expect(page.Locator(".table-foot"))
            .ToHaveTextAsync(new Regex(@"^1–\d\d of 100,000$", RegexOptions.None, TimeSpan.FromSeconds(1)));
        session.AssertNoFaults();
    }

    [Fact]
    public async Task are_where_they_were_after_loading_the_page_again()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/jobs");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "job 1", Exact = true })).ToBeVisibleAsync();
        await page.Locator(".table-body").EvaluateAsync("body => body.scrollTop = 40 * 50_000 + 13");
        await Expect(page.Locator(".table-foot")).ToContainTextAsync("50,001–");

        await page.ReloadAsync();
        await Expect(page.Locator(".table-foot")).ToContainTextAsync("50,001–");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "job 50004", Exact = true })).ToBeVisibleAsync();
        Assert.Equal(40 * 50_000 + 13, await page.Locator(".table-body").EvaluateAsync<int>("body => body.scrollTop"));
        session.AssertNoFaults();
    }

    [Theory]
    [InlineData(1360)]
    [InlineData(900)]
    [InlineData(390)]
    public async Task do_not_crush_the_header_above_them(int width)
    {
        await using var session = await browser.OpenAsync(width: width);
        var page = session.Page;
        await session.GoAsync("/jobs");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "job 1", Exact = true })).ToBeVisibleAsync();
        Assert.Equal(35, await HeightAsync(page, ".table-head"));

        await page.GetByLabel("Select the 200 loaded rows").CheckAsync();
        await Expect(page.Locator(".selection-bar")).ToContainTextAsync("200 jobs selected");
        Assert.Equal(35, await HeightAsync(page, ".table-head"));
        // The first row is below it, and what is said below the rows is on the page.
        Assert.True(
            await page.EvaluateAsync<bool>(
                """
                () => {
                  const box = what => document.querySelector(what).getBoundingClientRect();
                  return box('.table-body').top >= box('.table-head').bottom && box('.table-foot').bottom <= innerHeight;
                }
                """
            )
        );
        session.AssertNoFaults();
    }

    [Fact]
    public async Task are_selected_from_one_to_another_with_the_shift_key()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/jobs");
        await page.GetByLabel("Select job 2", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("Select job 6", new() { Exact = true })
            .ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Expect(page.Locator(".selection-bar")).ToContainTextAsync("5 jobs selected");
        Assert.True(
            await page.GetByLabel("Select the 200 loaded rows").EvaluateAsync<bool>("box => box.indeterminate")
        );
        session.AssertNoFaults();
    }

    [Fact]
    public async Task say_which_rows_are_visible_when_a_filter_finds_more()
    {
        await using var session = await browser.OpenAsync();
        await session.GoAsync("/jobs?status=failed&search=job+777");
        var foot = session.Page.Locator(".table-foot");
        await Expect(foot).ToHaveTextAsync("1–1 of 1");
        await session.Page.GetByLabel("Search by name or ID").FillAsync("job 77");
        await Expect(foot).ToHaveTextAsync("1–11 of 11");
        session.AssertNoFaults();
    }

    private static Task<double> HeightAsync(IPage page, string what) =>
        page.Locator(what).EvaluateAsync<double>("element => element.getBoundingClientRect().height");

    private static async Task AssertFewRowsAsync(IPage page) =>
        Assert.InRange(await page.Locator(".table-body .table-row").CountAsync(), 1, 80);

    [GeneratedRegex(@"[?&]offset=(\d+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Offset();
}
