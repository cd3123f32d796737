using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Collection("platform")]
public sealed class Lists_in_every_state(Browser browser)
{
    [Theory]
    [InlineData("/jobs", "jobs", "No jobs yet")]
    [InlineData("/nodes", "nodes", "No nodes have joined")]
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
        session.Forget("status of 500");
        session.AssertNoFaults();
    }

    [Theory]
    [InlineData("/jobs")]
    [InlineData("/runs")]
    [InlineData("/artifacts")]
    public async Task a_project_may_be_half_typed(string path)
    {
        await using var session = await browser.OpenAsync();
        await session.GoAsync($"{path}?project=no-such/");
        await Expect(session.Heading("Nothing matches this filter")).ToBeVisibleAsync();
        await session.Button("Clear filters").ClickAsync();
        await Expect(session.Heading("Nothing matches this filter")).ToHaveCountAsync(0);
        await Expect(session.Page).ToHaveURLAsync(browser.Platform.Url + path);
        session.AssertNoFaults();
    }
}
