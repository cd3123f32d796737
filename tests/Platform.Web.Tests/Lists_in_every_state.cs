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
    public async Task Loading_empty_failed_and_back(string path, string api, string empty)
    {
        await using var visitor = await browser.VisitAsync();
        var answer = new TaskCompletionSource<RouteFulfillOptions>();
        await visitor.Page.RouteAsync(
            address => new Uri(address).AbsolutePath == $"/api/{api}",
            async route => await route.FulfillAsync(await answer.Task)
        );
        await visitor.GoAsync(path);
        await Expect(visitor.Page.Locator(".skeletons")).ToBeVisibleAsync();
        await visitor.AssertAccessibleAsync($"{path} loading");

        answer.SetResult(new() { Body = """{"items":[],"nextCursor":null,"total":0}""" });
        await Expect(visitor.Heading(empty)).ToBeVisibleAsync();
        await visitor.AssertAccessibleAsync($"{path} empty");

        answer = new();
        answer.SetResult(new() { Status = 500, Body = """{"title":"Broken","detail":"The disk is on fire."}""" });
        await visitor.Page.ReloadAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The disk is on fire.");
        await visitor.AssertAccessibleAsync($"{path} failed");

        var again = visitor.Page.WaitForRequestAsync(request => new Uri(request.Url).AbsolutePath == $"/api/{api}");
        await visitor.Button("Try again").ClickAsync();
        await again;
        await visitor.Page.UnrouteAllAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        visitor.Forget("status of 500");
        visitor.AssertNoFaults();
    }

    [Theory]
    [InlineData("/jobs")]
    [InlineData("/runs")]
    [InlineData("/artifacts")]
    public async Task A_project_may_be_half_typed(string path)
    {
        await using var visitor = await browser.VisitAsync();
        await visitor.GoAsync($"{path}?project=no-such/");
        await Expect(visitor.Heading("Nothing matches this filter")).ToBeVisibleAsync();
        await visitor.Button("Clear the filter").ClickAsync();
        await Expect(visitor.Heading("Nothing matches this filter")).ToHaveCountAsync(0);
        await Expect(visitor.Page).ToHaveURLAsync(browser.Platform.Url + path);
        visitor.AssertNoFaults();
    }
}
