using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Collection("platform")]
public sealed class Lists_in_every_state(Browser browser)
{
    [Theory]
    [InlineData("/jobs", "jobs", "No jobs yet")]
    [InlineData("/nodes", "nodes", "No nodes yet")]
    [InlineData("/runs", "runs", "No runs yet")]
    [InlineData("/artifacts", "artifacts", "No artifacts yet")]
    public async Task loading_empty_failed_and_back(string path, string api, string empty)
    {
        await using var session = await browser.OpenAsync();
        var answer = new TaskCompletionSource<RouteFulfillOptions>();
        await session.Page.RouteAsync(
            address => new Uri(address).AbsolutePath == $"/api/{api}",
            async route => await route.FulfillAsync(await answer.Task)
        );
        session.ExpectRefusal(500, $"/api/{api}");
        await session.GoAsync(path);
        await Expect(session.Page.Locator(".skeletons")).ToBeVisibleAsync();
        await session.AssertAccessibleAsync($"{path} loading");

        answer.SetResult(new() { Body = """{"items":[],"nextCursor":null,"total":0}""" });
        await Expect(session.Heading(empty)).ToBeVisibleAsync();
        await session.AssertAccessibleAsync($"{path} empty");

        answer = new();
        answer.SetResult(new() { Status = 500, Body = """{"title":"Broken","detail":"The disk is on fire."}""" });
        await session.Page.ReloadAsync();
        await Expect(session.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The disk is on fire.");
        await session.AssertAccessibleAsync($"{path} failed");

        var again = session.Page.WaitForRequestAsync(request => new Uri(request.Url).AbsolutePath == $"/api/{api}");
        await session.Button("Try again").ClickAsync();
        await again;
        await session.Page.UnrouteAllAsync();
        await Expect(session.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        session.AssertNoFaults();
    }

    [Theory]
    [InlineData("/jobs")]
    [InlineData("/runs")]
    [InlineData("/artifacts")]
    [InlineData("/jobs/")]
    public async Task a_project_may_be_half_typed(string path)
    {
        await using var session = await browser.OpenAsync();
        await session.GoAsync(path);
        await session.Page.GetByLabel("Filter by project").FillAsync("no-such/");
        await Expect(session.Heading("No results for these filters")).ToBeVisibleAsync();
        await session.Button("Clear filters").ClickAsync();
        await Expect(session.Heading("No results for these filters")).ToHaveCountAsync(0);
        await Expect(session.Page).ToHaveURLAsync(browser.Platform.Url + path.TrimEnd('/'));
        session.AssertNoFaults();
    }

    [Fact]
    public async Task every_filter_of_the_address_is_shown_and_can_be_removed()
    {
        await using var session = await browser.OpenAsync();
        var parent = Guid.CreateVersion7();
        var jobs = $"{browser.Platform.Url}/jobs";
        await session.GoAsync($"/jobs?submittedBy=nobody&parent={parent}&status=wrong");
        await Expect(session.Heading("No results for these filters")).ToBeVisibleAsync();
        await Expect(session.Page.Locator(".filter-chip"))
            .ToHaveTextAsync(["Ownernobody", $"Parent{$"{parent}"[^8..]}"]);
        await Expect(session.Button("All")).ToHaveAttributeAsync("aria-pressed", "true");
        await session.AssertAccessibleAsync("filters by owner and parent");

        await session.Button("Running").ClickAsync();
        await Expect(session.Page).ToHaveURLAsync($"{jobs}?status=running&submittedBy=nobody&parent={parent}");
        await session.Button("Remove filter: Parent").ClickAsync();
        await Expect(session.Page).ToHaveURLAsync($"{jobs}?status=running&submittedBy=nobody");
        await session.Button("Remove filter: Owner").ClickAsync();
        await Expect(session.Page).ToHaveURLAsync($"{jobs}?status=running");
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_narrow_screen_shows_in_a_second_line_what_its_columns_leave_out()
    {
        var name = $"narrow {Guid.CreateVersion7()}";
        await browser.Platform.Api.SubmitAsync(
            new
            {
                name,
                project = "web/narrow",
                command = new[] { "true" },
                resources = new { gpus = 64 },
            }
        );
        await using var session = await browser.OpenAsync(width: 390);
        await session.GoAsync($"/jobs?search={name}");
        var row = session.Page.GetByRole(AriaRole.Row, new() { Name = name });
        await Expect(row).ToContainTextAsync("Queued · web/narrow · local · ");

        await session.Page.SetViewportSizeAsync(1360, 800);
        await Expect(row).ToContainTextAsync("web/narrow");
        await Expect(row).Not.ToContainTextAsync(" · ");
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_phone_folds_the_filters_and_says_how_many_are_set()
    {
        await using var session = await browser.OpenAsync(width: 390);
        var page = session.Page;
        await session.GoAsync("/runs");
        await Expect(page.GetByLabel("Search by name or ID")).ToBeVisibleAsync();
        await Expect(session.Button("Failed")).ToBeHiddenAsync();
        await session.Button("Filters").ClickAsync();
        await session.AssertAccessibleAsync("unfolded filters");
        await session.Button("Failed").ClickAsync();
        await page.GetByLabel("Filter by project").FillAsync("no/such");
        await session.Button("Filters · 2").ClickAsync();
        await Expect(session.Button("Failed")).ToBeHiddenAsync();
        await Expect(page).ToHaveURLAsync($"{browser.Platform.Url}/runs?status=failed&project=no%2Fsuch");

        await page.SetViewportSizeAsync(1360, 800);
        await Expect(session.Button("Failed")).ToBeVisibleAsync();
        await Expect(session.Button("Filters · 2")).ToBeHiddenAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task runs_show_what_they_reached()
    {
        var api = browser.Platform.Api.Http;
        async Task CreateAsync(string name, object change)
        {
            using var created = await api.PostAsJsonAsync("/api/runs", new { name, project = "web/results" });
            var run = (await created.Content.ReadFromJsonAsync<JsonNode>())!["id"]!.GetValue<string>();
            using var changed = await api.PatchAsJsonAsync($"/api/runs/{run}", change);
            changed.EnsureSuccessStatusCode();
            var points = new[] { 0.5, 0.25, 0.75 }.Select(
                (value, step) =>
                    new
                    {
                        key = "loss",
                        step,
                        value,
                    }
            );
            using var logged = await api.PostAsJsonAsync($"/api/runs/{run}/metrics", new { points });
            logged.EnsureSuccessStatusCode();
        }

        await CreateAsync("judged", new { primaryMetric = new { name = "loss", mode = "min" } });
        await CreateAsync("summed up", new { summary = new { accuracy = 0.9999940450830075, note = "good" } });
        await using var session = await browser.OpenAsync();
        await session.GoAsync("/runs?project=web/results");
        ILocator Row(string name) => session.Page.GetByRole(AriaRole.Row, new() { Name = name });
        await Expect(Row("judged")).ToContainTextAsync("loss 0.25");
        await Expect(Row("summed up")).ToContainTextAsync("accuracy 0.99999");
        await Expect(Row("summed up")).Not.ToContainTextAsync("good");
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_filter_that_is_not_valid_can_be_cleared()
    {
        await using var session = await browser.OpenAsync();
        session.ExpectRefusal(400, "/api/jobs");
        await session.GoAsync("/jobs?parent=xyz");
        await Expect(session.Heading("Invalid filter")).ToBeVisibleAsync();
        await Expect(session.Page.GetByText("Must be the ID of a job.")).ToBeVisibleAsync();
        await session.Button("Clear filters").ClickAsync();
        await Expect(session.Page).ToHaveURLAsync($"{browser.Platform.Url}/jobs");
        await Expect(session.Heading("Invalid filter")).ToHaveCountAsync(0);
        session.AssertNoFaults();
    }
}
