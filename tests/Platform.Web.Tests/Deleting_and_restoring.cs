using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Collection("platform")]
public sealed class Deleting_and_restoring(Browser browser)
{
    /// <summary>The SHA-256 of no bytes.</summary>
    private const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public async Task a_job_goes_into_the_recycle_bin_and_back()
    {
        var name = $"unwanted {Guid.CreateVersion7()}";
        var id = await EndedJobAsync(name);
        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/jobs/{id}");
        await session.Button("Delete").ClickAsync();
        await session.Field("Reason (optional)").FillAsync("only a test");
        await session.AssertAccessibleAsync("the question before deleting");
        await session.InDialog("Delete").ClickAsync();
        await Expect(session.Page.GetByText("This job is in the recycle bin.")).ToBeVisibleAsync();
        await Expect(session.Button("Restore")).ToBeFocusedAsync();
        await Expect(session.Page.Locator(".facts")).ToContainTextAsync("only a test");

        await session.GoAsync($"/jobs?search={name}");
        await Expect(session.Heading("No results for these filters")).ToBeVisibleAsync();
        await session.Button("Recycle bin").ClickAsync();
        await Expect(session.Page).ToHaveURLAsync(new Regex("deleted=true$"));
        await session.Page.GetByRole(AriaRole.Link, new() { Name = name }).ClickAsync();
        await session.Button("Restore").ClickAsync();
        await Expect(session.Button("Delete")).ToBeVisibleAsync();
        await session.Tab("History").ClickAsync();
        await Expect(session.Page.Locator(".timeline li[data-type='job_deleted']")).ToContainTextAsync("only a test");
        await Expect(session.Page.Locator(".timeline li[data-type='job_restored']")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task several_jobs_go_at_once_and_for_good()
    {
        var name = $"several {Guid.CreateVersion7()}";
        foreach (var number in (int[])[1, 2])
        {
            await EndedJobAsync($"{name} {number}");
        }

        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/jobs?search={name}");
        await session.Page.GetByLabel("Select the 2 loaded rows").CheckAsync();
        await session.Button("Delete").ClickAsync();
        await Expect(session.Field("Reason (optional)")).ToBeFocusedAsync();
        await session.Page.Keyboard.PressAsync("Escape");
        await Expect(session.Button("Delete")).ToBeFocusedAsync();
        await session.Button("Delete").ClickAsync();
        await Expect(session.Page.Locator(".names")).ToHaveTextAsync($"{name} 2, {name} 1");
        await session.InDialog("Delete").ClickAsync();
        await Expect(session.Page.GetByText("2 jobs moved to the recycle bin.")).ToBeVisibleAsync();
        await Expect(session.Field("Search by name or ID")).ToBeFocusedAsync();

        await session.Button("Recycle bin").ClickAsync();
        await session.Page.GetByLabel("Select the 2 loaded rows").CheckAsync();
        await session.Button("Delete permanently").ClickAsync();
        await Expect(session.Page.Locator(".dry-run")).ToContainTextAsync("Logs:");
        await session.AssertAccessibleAsync("the question before deleting permanently");
        await session.InDialog("Delete permanently").ClickAsync();
        await Expect(session.Page.GetByText("2 jobs deleted permanently.")).ToBeVisibleAsync();
        await Expect(session.Page.Locator(":focus")).ToHaveCountAsync(1);
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_move_into_the_recycle_bin_is_undone()
    {
        var name = $"regretted {Guid.CreateVersion7()}";
        await EndedJobAsync(name);
        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/jobs?search={name}");
        await session.Page.GetByLabel($"Select {name}").CheckAsync();
        await session.Button("Delete").ClickAsync();
        await session.InDialog("Delete").ClickAsync();
        await Expect(session.Page.GetByText($"{name} moved to the recycle bin.")).ToBeVisibleAsync();
        await Expect(session.Heading("No results for these filters")).ToBeVisibleAsync();

        await session.Button("Undo").ClickAsync();
        await Expect(session.Page.GetByText($"{name} restored.")).ToBeVisibleAsync();
        await Expect(Row(session, name)).ToBeVisibleAsync();

        // What was done before does not concern what is selected now.
        await session.Page.GetByLabel($"Select {name}").CheckAsync();
        await Expect(session.Page.Locator(".batch-report")).ToHaveCountAsync(0);
        session.AssertNoFaults();
    }

    [Fact]
    public async Task what_its_own_button_restores_is_no_longer_selected()
    {
        var name = $"restored {Guid.CreateVersion7()}";
        foreach (var number in (int[])[1, 2, 3])
        {
            var id = await EndedJobAsync($"{name} {number}");
            await DeleteAsync(id);
        }

        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/jobs?deleted=true&search={name}");
        var bar = session.Page.Locator(".selection-bar");
        await session.Page.GetByLabel($"Select {name} 3").CheckAsync();
        await session.Page.GetByLabel($"Select {name} 2").CheckAsync();
        await Expect(bar).ToContainTextAsync("2 jobs selected");

        await session.Button($"Restore {name} 3").ClickAsync();
        await Expect(session.Page.GetByText($"{name} 3 restored.")).ToBeVisibleAsync();
        await Expect(bar).ToContainTextAsync("1 job selected");
        // The row that is there now.
        await Expect(session.Button($"Restore {name} 2")).ToBeFocusedAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task what_someone_else_deletes_is_no_longer_selected()
    {
        var name = $"contested {Guid.CreateVersion7()}";
        var first = await EndedJobAsync($"{name} 1");
        await EndedJobAsync($"{name} 2");
        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/jobs?search={name}");
        var bar = session.Page.Locator(".selection-bar");
        await session.Page.GetByLabel("Select the 2 loaded rows").CheckAsync();
        await Expect(bar).ToContainTextAsync("2 jobs selected");

        await DeleteAsync(first);
        await Expect(bar).ToContainTextAsync("1 job selected");
        await session.Page.GetByLabel($"Select {name} 2").FocusAsync();
        await session.Page.Keyboard.PressAsync("Escape");
        await Expect(bar).ToHaveCountAsync(0);
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_recycle_bin_in_which_nothing_matches_is_not_left()
    {
        var name = $"binned {Guid.CreateVersion7()}";
        await DeleteAsync(await EndedJobAsync(name));
        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/jobs?deleted=true&search={Guid.CreateVersion7()}");
        await session.Button("Clear filters").ClickAsync();

        await Expect(session.Page).ToHaveURLAsync($"{browser.Platform.Url}/jobs?deleted=true");
        await Expect(session.Heading("Recycle bin: Jobs")).ToBeVisibleAsync();
        await Expect(Row(session, name)).ToBeVisibleAsync();
        await Expect(session.Page.Locator(".table-body")).ToBeFocusedAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_run_does_too()
    {
        var api = browser.Platform.Api.Http;
        using var created = await api.PostAsJsonAsync("/api/runs", new { project = "web/deleting" });
        var run = (await created.Content.ReadFromJsonAsync<JsonNode>())!["id"]!.GetValue<string>();
        using var ended = await api.PostAsJsonAsync($"/api/runs/{run}/finish", new { });
        ended.EnsureSuccessStatusCode();
        await using var session = await browser.OpenAsync();

        await session.GoAsync($"/runs/{run}");
        await session.Button("Delete").ClickAsync();
        await session.InDialog("Delete").ClickAsync();
        await session.Button("Restore").ClickAsync();

        await Expect(session.Button("Delete")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task versions_do_too()
    {
        var name = await ArtifactAsync(versions: 2);
        await using var session = await browser.OpenAsync();
        var notice = session.Page.Locator(".batch-report");

        await session.GoAsync($"/artifacts/{name}");
        await session.Button("Delete").ClickAsync();
        await session.InDialog("Delete").ClickAsync();
        await Expect(notice).ToHaveTextAsync(new Regex($"^{name}:2 moved to the recycle bin."));
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
        await Expect(notice).ToHaveTextAsync($"{name}:1 restored.");
        await Expect(session.Heading("Version 1")).ToBeVisibleAsync();
        await session.Button("Restore v2").ClickAsync();
        await Expect(notice).ToHaveTextAsync($"{name}:2 restored.");
        await Expect(session.Heading("Deleted versions")).ToHaveCountAsync(0);
        await Expect(session.Page.Locator(".batch-report button")).ToBeFocusedAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task what_was_done_is_not_said_again_when_the_filters_are_back()
    {
        var name = $"filtered {Guid.CreateVersion7()}";
        await DeleteAsync(await EndedJobAsync($"{name} 1"));
        await DeleteAsync(await EndedJobAsync($"{name} 2"));
        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/jobs?deleted=true&search={name}");
        await session.Button($"Restore {name} 1").ClickAsync();
        await Expect(session.Page.GetByText($"{name} 1 restored.")).ToBeVisibleAsync();

        await session.Field("Search by name or ID").FillAsync($"{name} 3");
        await Expect(session.Heading("No results for these filters")).ToBeVisibleAsync();
        await session.Field("Search by name or ID").FillAsync(name);

        await Expect(Row(session, $"{name} 2")).ToBeVisibleAsync();
        await Expect(session.Page.Locator(".batch-report")).ToHaveCountAsync(0);
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

    /// <summary>A job that said something and ended.</summary>
    private async Task<Guid> EndedJobAsync(string name)
    {
        var id = await browser.Platform.Api.SubmitAsync(
            new
            {
                name,
                command = new[] { "echo", "done" },
                resources = new { cpus = 0.1, memoryMiB = 64 },
            }
        );
        await browser.Platform.Api.WaitForStatusAsync(id, "succeeded");
        return id;
    }

    private async Task DeleteAsync(Guid job)
    {
        using var deleted = await browser.Platform.Api.Http.DeleteAsync($"/api/jobs/{job}");
        deleted.EnsureSuccessStatusCode();
    }

    private static ILocator Row(BrowserSession session, string name) =>
        session.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });
}
