using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Trait("check", "UI-01")]
[Collection("platform")]
public sealed class Files_and_media_of_a_run(Browser browser)
{
    /// <summary>One white pixel.</summary>
    private static readonly byte[] _image = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII="
    );

    private HttpClient Http => browser.Platform.Api.Http;

    [Fact]
    public async Task are_browsed_by_folder_previewed_and_deleted_permanently()
    {
        var id = await CreateRunAsync("files");
        await PutAsync(id, "config.json", """{"seed":12345678901234567890}"""u8.ToArray());
        await PutAsync(id, "model/data/notes.txt", "a note\n"u8.ToArray());
        await PutAsync(id, "model/weights.bin", [0, 1, 2]);
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync($"/runs/{id}");
        await session.Tab("Files").ClickAsync();
        await Link(page, "config.json").ClickAsync();
        await Expect(page.Locator(".file-text")).ToContainTextAsync("  \"seed\": 12345678901234567890");

        await Link(page, "model").ClickAsync();
        await Expect(page.GetByText("1 file", new() { Exact = true })).ToBeVisibleAsync();
        await Link(page, "data").FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("this file is not text")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.GetByText("this file is not text")).ToBeVisibleAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => session.Button("Download weights.bin").ClickAsync());
        Assert.Equal([0, 1, 2], await File.ReadAllBytesAsync(await download.PathAsync()));
        await session.AssertAccessibleAsync("the files of a run");

        await Link(page, "Files").ClickAsync();
        await session.Field("Search by path").FillAsync("notes");
        await Expect(Link(page, "model/data/notes.txt")).ToBeVisibleAsync();
        await Expect(Link(page, "config.json")).ToHaveCountAsync(0);
        await Link(page, "model/data/notes.txt").ClickAsync();
        await Expect(page.Locator(".file-text")).ToContainTextAsync("a note");
        await Expect(page.GetByLabel("Search by path")).ToHaveValueAsync("notes");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".file-preview")).ToHaveCountAsync(0);
        await Expect(Link(page, "model/data/notes.txt")).ToBeFocusedAsync();
        await session.Field("Search by path").FillAsync("");
        await session.Button("Delete model").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("2 files in it");
        await session.InDialog("Delete permanently").ClickAsync();
        // What is behind the dialog cannot be found while it is open.
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(Link(page, "model")).ToHaveCountAsync(0);
        var left = await browser.Platform.Api.GetAsync($"/api/runs/{id}/files");
        Assert.Equal("config.json", (string?)Assert.Single(left["items"]!.AsArray())!["path"]);
        session.AssertNoFaults();
    }

    [Fact]
    public async Task are_shown_by_key_and_step_as_they_come()
    {
        var id = await CreateRunAsync("media");
        await AddImageAsync(id, 1);
        await AddImageAsync(id, 5);
        await PutAsync(id, "table.json", Encoding.UTF8.GetBytes(Table(rows: 25)));
        await PutAsync(id, "weights.json", """{"counts":[1,4,2],"edges":[0,1,2,3]}"""u8.ToArray());
        await PutAsync(id, "log.txt", "a line of the log\n"u8.ToArray());
        await AddMediaAsync(id, "predictions", "table", 1, "table.json");
        await AddMediaAsync(id, "weights", "histogram", 1, "weights.json");
        await AddMediaAsync(id, "log", "text", 1, "log.txt");
        // With a token, which an address of an image cannot have in it.
        var token = await browser.Platform.CreateTokenAsync($"media-{id[^6..]}", "viewer");
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await page.AddInitScriptAsync($"localStorage.setItem('platform.token /', '{token}')");
        await session.GoAsync($"/runs/{id}?tab=media");
        var images = page.GetByRole(AriaRole.Region, new() { Name = "samples", Exact = true });
        await Expect(images.GetByRole(AriaRole.Img, new() { Name = "sample of step 5" })).ToBeVisibleAsync();
        await AddImageAsync(id, 9);
        await Expect(images.GetByRole(AriaRole.Img, new() { Name = "sample of step 9" })).ToBeVisibleAsync();
        await images.GetByLabel("Step of samples").PressAsync("ArrowLeft");
        await images.GetByLabel("Step of samples").PressAsync("ArrowLeft");
        var first = images.GetByRole(AriaRole.Img, new() { Name = "sample of step 1" });
        await Expect(first).ToBeVisibleAsync();
        await Expect(first).ToHaveJSPropertyAsync("naturalWidth", 1);

        var table = page.GetByRole(AriaRole.Region, new() { Name = "predictions", Exact = true });
        await Expect(table.GetByText("row 9")).ToBeVisibleAsync();
        var next = table.GetByRole(AriaRole.Button, new() { Name = "Next rows" });
        await next.ClickAsync();
        await next.ClickAsync();
        await Expect(table.GetByText("row 24")).ToBeVisibleAsync();
        await Expect(next).ToBeFocusedAsync();
        await table.GetByRole(AriaRole.Button, new() { Name = "name", Exact = true }).ClickAsync();
        await Expect(table.GetByText("row 9", new() { Exact = true })).ToBeVisibleAsync();
        await table.GetByLabel("Search rows").FillAsync("row 24");
        await Expect(table.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("[data-kind='histogram'] rect")).ToHaveCountAsync(3);
        await Expect(page.GetByText("a line of the log")).ToBeVisibleAsync();
        await session.AssertAccessibleAsync("the media of a run");

        await images.GetByRole(AriaRole.Button, new() { Name = "Enlarge sample of step 1" }).ClickAsync();
        var whole = page.GetByRole(AriaRole.Dialog);
        await Expect(whole.GetByText("1 × 1 px")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(whole.GetByRole(AriaRole.Img, new() { Name = "sample of step 5" })).ToBeVisibleAsync();
        await session.AssertAccessibleAsync("an image in the whole window");
        await page.Keyboard.PressAsync("Escape");
        await Expect(whole).ToHaveCountAsync(0);
        await images.GetByLabel("Step of samples").PressAsync("ArrowLeft");

        await page.GetByLabel("Type a step").FillAsync("6");
        await page.GetByLabel("Type a step").PressAsync("Enter");
        await Expect(images.GetByRole(AriaRole.Img, new() { Name = "sample of step 5" })).ToBeVisibleAsync();
        await page.WaitForURLAsync("**step=5");
        await page.ReloadAsync();
        await Expect(images.GetByRole(AriaRole.Img, new() { Name = "sample of step 5" })).ToBeVisibleAsync();

        await images.GetByRole(AriaRole.Link, new() { Name = "in Files" }).ClickAsync();
        await Expect(page.Locator(".file-preview img")).ToHaveJSPropertyAsync("naturalWidth", 1);
        // A viewer is not offered to delete.
        await Expect(session.Button("Delete 5.png")).ToHaveCountAsync(0);
        session.AssertNoFaults();
    }

    private static ILocator Link(IPage page, string name) =>
        page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = name, Exact = true });

    private static string Table(int rows) =>
        new JsonObject
        {
            ["columns"] = new JsonArray("name", "score"),
            ["data"] = new JsonArray([.. Enumerable.Range(0, rows).Select(i => new JsonArray($"row {i}", i / 7.0))]),
        }.ToJsonString();

    private async Task AddImageAsync(string run, int step)
    {
        await PutAsync(run, $"samples/{step}.png", _image);
        await AddMediaAsync(run, "samples", "image", step, $"samples/{step}.png", $"sample of step {step}");
    }

    private async Task<string> CreateRunAsync(string name)
    {
        using var response = await Http.PostAsJsonAsync("/api/runs", new { name, project = "web" });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!["id"]!.GetValue<string>();
    }

    private async Task PutAsync(string run, string path, byte[] bytes)
    {
        using var content = new ByteArrayContent(bytes);
        using var response = await Http.PutAsync(new Uri($"/api/runs/{run}/files/{path}", UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
    }

    private async Task AddMediaAsync(string run, string key, string kind, int step, string path, string? caption = null)
    {
        var at = DateTimeOffset.UnixEpoch.AddSeconds(step);
        var items = new[]
        {
            new
            {
                key,
                step,
                kind,
                path,
                caption,
                at,
            },
        };
        using var response = await Http.PostAsJsonAsync($"/api/runs/{run}/media", new { items });
        response.EnsureSuccessStatusCode();
    }
}
