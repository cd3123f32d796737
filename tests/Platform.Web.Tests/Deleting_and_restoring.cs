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
        var id = await browser.Platform.Api.SubmitAsync(
            new
            {
                name,
                command = new[] { "true" },
                resources = new { cpus = 0.1, memoryMiB = 64 },
            }
        );
        await browser.Platform.Api.WaitForStatusAsync(id, "succeeded");
        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/jobs/{id}");
        await session.Button("Delete").ClickAsync();
        await session.Field("Reason (optional)").FillAsync("only a test");
        await session.AssertAccessibleAsync("the question before deleting");
        await session.InDialog("Delete").ClickAsync();
        await Expect(session.Button("Restore")).ToBeVisibleAsync();
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
            var id = await browser.Platform.Api.SubmitAsync(
                new
                {
                    name = $"{name} {number}",
                    command = new[] { "true" },
                    resources = new { cpus = 0.1, memoryMiB = 64 },
                }
            );
            await browser.Platform.Api.WaitForStatusAsync(id, "succeeded");
        }

        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/jobs?search={name}");
        await session.Page.GetByLabel("Select the 2 loaded rows").CheckAsync();
        await session.Button("Delete").ClickAsync();
        await Expect(session.Field("Reason (optional)")).ToBeFocusedAsync();
        await session.Page.Keyboard.PressAsync("Escape");
        await Expect(session.Button("Delete")).ToBeFocusedAsync();
        await session.Button("Delete").ClickAsync();
        await session.InDialog("Delete").ClickAsync();
        await Expect(session.Page.GetByText("2 moved to the recycle bin.")).ToBeVisibleAsync();
        await Expect(session.Page.Locator("#content")).ToBeFocusedAsync();

        await session.Button("Recycle bin").ClickAsync();
        await session.Page.GetByLabel("Select the 2 loaded rows").CheckAsync();
        await session.Button("Delete permanently").ClickAsync();
        await Expect(session.Page.Locator(".dry-run")).ToContainTextAsync("Logs:");
        await session.AssertAccessibleAsync("the question before deleting permanently");
        await session.InDialog("Delete permanently").ClickAsync();
        await Expect(session.Page.GetByText("2 deleted permanently.")).ToBeVisibleAsync();
        await Expect(session.Page.Locator(":focus")).ToHaveCountAsync(1);
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
    public async Task a_version_does_too()
    {
        var api = browser.Platform.Api.Http;
        var name = $"unwanted-{Guid.CreateVersion7():N}";
        using var bytes = new ByteArrayContent([]);
        using var stored = await api.PutAsync($"/api/artifacts/blobs/{Empty}", bytes);
        stored.EnsureSuccessStatusCode();
        var file = new
        {
            path = "empty",
            size = 0,
            sha256 = Empty,
        };
        using var version = await api.PostAsJsonAsync(
            $"/api/artifacts/{name}/versions",
            new { files = new[] { file } }
        );
        version.EnsureSuccessStatusCode();
        await using var session = await browser.OpenAsync();

        await session.GoAsync($"/artifacts/{name}");
        await session.Button("Delete").ClickAsync();
        await session.InDialog("Delete").ClickAsync();
        await Expect(session.Heading("Deleted versions")).ToBeVisibleAsync();
        await session.AssertAccessibleAsync("deleted versions");
        await session.Button("Restore").ClickAsync();

        await Expect(session.Heading("Version 1")).ToBeVisibleAsync();
        await Expect(session.Heading("Deleted versions")).ToHaveCountAsync(0);
        session.AssertNoFaults();
    }
}
