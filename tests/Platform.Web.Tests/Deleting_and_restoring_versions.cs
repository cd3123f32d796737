using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Collection("platform")]
public sealed class Deleting_and_restoring_versions(Browser browser)
{
    /// <summary>The SHA-256 of no bytes.</summary>
    private const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public async Task go_into_the_recycle_bin_and_back()
    {
        var name = await ArtifactAsync(versions: 2);
        await using var session = await browser.OpenAsync();
        var notice = session.Page.Locator(".batch-report");

        await session.GoAsync($"/artifacts/{name}");
        await session.Button("Delete").ClickAsync();
        await session.InDialog("Delete").ClickAsync();
        await Expect(notice).ToHaveTextAsync(new Regex("^v2 moved to the recycle bin."));
        await Expect(session.Heading("Version 1")).ToBeVisibleAsync();
        await session.Button("Undo").ClickAsync();
        await Expect(session.Page.GetByRole(AriaRole.Link, new() { Name = "v2" })).ToBeVisibleAsync();

        await session.Page.GetByLabel("Select v1").CheckAsync();
        await session.Page.GetByLabel("Select v2").CheckAsync();
        await session.Page.Locator(".selection-bar").GetByText("Delete").ClickAsync();
        await session.InDialog("Delete").ClickAsync();
        await Expect(session.Heading("Deleted versions")).ToBeVisibleAsync();
        await Expect(session.Heading("All versions are in the recycle bin")).ToBeVisibleAsync();
        await session.AssertAccessibleAsync("deleted versions");

        // Only what was done last is said.
        await session.Button("Restore v1").ClickAsync();
        await Expect(notice).ToHaveTextAsync("v1 restored.");
        await Expect(session.Heading("Version 1")).ToBeVisibleAsync();
        await session.Button("Restore v2").ClickAsync();
        await Expect(notice).ToHaveTextAsync("v2 restored.");
        await Expect(session.Heading("Deleted versions")).ToHaveCountAsync(0);
        await Expect(session.Page.Locator(".batch-report button")).ToBeFocusedAsync();
        session.AssertNoFaults();
    }

    [Theory]
    [InlineData(1360, 700)]
    [InlineData(1360, 500)]
    [InlineData(900, 700)]
    [InlineData(390, 750)]
    public async Task says_what_was_done_where_the_user_is(int width, int height)
    {
        var name = await ArtifactAsync(versions: 16);
        await using var session = await browser.OpenAsync();
        await session.Page.SetViewportSizeAsync(width, height);
        await session.GoAsync($"/artifacts/{name}");
        await session.Page.GetByLabel("Select v15").CheckAsync();
        await Expect(session.Page.Locator(".selection-bar")).ToBeInViewportAsync(new() { Ratio = 1 });
        await session.Page.Keyboard.PressAsync("s");
        await session.Page.Keyboard.PressAsync("Enter");
        await session.InDialog("Delete").ClickAsync();
        await Expect(session.Button("Undo")).ToBeFocusedAsync();
        await Expect(session.Page.Locator(".batch-report")).ToBeInViewportAsync(new() { Ratio = 1 });

        // Another way, while that still stands.
        await session.Page.GetByRole(AriaRole.Link, new() { Name = "v14" }).ClickAsync();
        await session.Button("Delete").FocusAsync();
        await session.Page.Keyboard.PressAsync("Enter");
        await Expect(session.Field("Reason (optional)")).ToBeFocusedAsync();
        await session.Page.Keyboard.PressAsync("Enter");
        await Expect(session.Page.Locator(".batch-report")).ToContainTextAsync("v14 moved to the recycle bin.");
        await Expect(session.Button("Undo")).ToBeFocusedAsync();
        await Expect(session.Page.Locator(".batch-report")).ToBeInViewportAsync(new() { Ratio = 1 });
        await session.AssertNoSidewaysScrollAsync("an artifact with many versions");
        session.AssertNoFaults();
    }

    [Theory]
    [InlineData(850, "v6")]
    [InlineData(520, "v1")]
    public async Task are_selected_in_one_list_at_a_time(int height, string deletedVersion)
    {
        var name = await ArtifactAsync(versions: 16);
        for (var version = 1; version <= 6; version++)
        {
            using var deleted = await browser.Platform.Api.Http.DeleteAsync(
                $"/api/artifacts/{name}/versions/{version}"
            );
            deleted.EnsureSuccessStatusCode();
        }

        await using var session = await browser.OpenAsync();
        await session.Page.SetViewportSizeAsync(1360, height);
        await session.GoAsync($"/artifacts/{name}?version=16");
        var bar = session.Page.Locator(".selection-bar");
        await session.Page.GetByLabel("Select v16").CheckAsync();
        await Expect(bar).ToContainTextAsync("1 version selected");
        await session.Page.GetByLabel($"Select {deletedVersion}", new() { Exact = true }).FocusAsync();
        await session.Page.Keyboard.PressAsync("Space");

        await Expect(bar).ToHaveCountAsync(1);
        await Expect(session.Button("Delete permanently")).ToBeVisibleAsync();
        var box = await session.Page.GetByLabel($"Select {deletedVersion}", new() { Exact = true }).BoundingBoxAsync();
        var foot = await bar.BoundingBoxAsync();
        Assert.True(box!.Y + box.Height <= foot!.Y, $"The row at {box.Y} is below the bar at {foot.Y}.");
        await session.Page.Keyboard.PressAsync("Escape");
        await Expect(bar).ToHaveCountAsync(0);
        session.AssertNoFaults();
    }

    [Fact]
    public async Task leaves_no_way_back_to_what_is_gone()
    {
        var name = await ArtifactAsync(versions: 2);
        await using var session = await browser.OpenAsync();
        await session.GoAsync("/artifacts");
        await session.GoAsync($"/artifacts/{name}?version=1");
        await session.Button("Delete").ClickAsync();
        await session.InDialog("Delete").ClickAsync();
        await Expect(session.Heading("Version 2")).ToBeVisibleAsync();
        await session.Page.GoBackAsync();
        await Expect(session.Page).ToHaveURLAsync(new Regex("/artifacts$"));

        // The artifact is in the list, and in the recycle bin with what is deleted of it.
        await session.GoAsync($"/artifacts?deleted=true&search={name}");
        await session.Button($"Restore {name}").ClickAsync();
        await Expect(session.Page.Locator(".batch-report")).ToHaveTextAsync($"1 version of {name} restored.");
        await Expect(session.Heading("No results for these filters")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task of_several_artifacts_says_how_many()
    {
        var name = await ArtifactAsync(versions: 1);
        var other = await ArtifactAsync(versions: 2);
        await using var session = await browser.OpenAsync();
        await session.GoAsync("/artifacts");
        await Expect(session.Page.GetByRole(AriaRole.Table, new() { Name = "Artifacts", Exact = true }))
            .ToBeVisibleAsync();
        await session.Page.GetByLabel($"Select {name}").CheckAsync();
        await session.Page.GetByLabel($"Select {other}").CheckAsync();
        await session.Button("Delete").ClickAsync();
        await Expect(session.Heading("Delete 3 versions of 2 artifacts?")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task for_good_until_none_is_left_asks_for_nothing_more()
    {
        var name = await ArtifactAsync(versions: 1);
        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/artifacts/{name}");
        await session.Button("Delete").ClickAsync();
        await session.InDialog("Delete").ClickAsync();
        await session.Page.GetByLabel("Select v1").CheckAsync();
        await session.Button("Delete permanently").ClickAsync();
        await session.InDialog("Delete permanently").ClickAsync();
        await Expect(session.Heading($"{name} was deleted permanently")).ToBeVisibleAsync();
        await session.Page.GetByText("Back to artifacts").ClickAsync();
        await Expect(session.Heading("Artifacts")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task by_someone_else_is_said_where_the_version_is_shown()
    {
        var name = await ArtifactAsync(versions: 2);
        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/artifacts/{name}");
        await session.Button("Delete").ClickAsync();
        using var deleted = await browser.Platform.Api.Http.DeleteAsync($"/api/artifacts/{name}/versions/2");
        deleted.EnsureSuccessStatusCode();

        await Expect(session.Heading("Version 2 is deleted")).ToBeVisibleAsync();
        await Expect(session.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await session.Button("Restore").ClickAsync();
        await Expect(session.Heading("Version 2")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    /// <summary>An artifact whose versions have one empty file.</summary>
    private async Task<string> ArtifactAsync(int versions)
    {
        var api = browser.Platform.Api.Http;
        var name = $"unwanted-{Guid.CreateVersion7():N}";
        using var bytes = new ByteArrayContent([]);
        using var stored = await api.PutAsync($"/api/artifacts/blobs/{Empty}", bytes);
        stored.EnsureSuccessStatusCode();
        for (var version = 1; version <= versions; version++)
        {
            var file = new
            {
                path = $"empty {version}",
                size = 0,
                sha256 = Empty,
            };
            using var added = await api.PostAsJsonAsync(
                $"/api/artifacts/{name}/versions",
                new { files = new[] { file } }
            );
            added.EnsureSuccessStatusCode();
        }

        return name;
    }
}
