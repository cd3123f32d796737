using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Trait("check", "UI-01")]
[Collection("platform")]
public sealed partial class Watching_a_training(Browser browser) : IDisposable
{
    private const int Epochs = 36;

    private readonly RouteBlocker _gates = new();

    public void Dispose() => _gates.Dispose();

    [Fact]
    [Trait("check", "JOB-03")]
    public async Task it_is_submitted_in_the_form_watched_and_its_model_downloaded()
    {
        await browser.Platform.Api.UploadAsync("optdigits", "dataset", Repository.Optdigits);
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/jobs/new");
        await session.Field("Name").FillAsync("digits-web");
        await session.Field("Project").FillAsync("web/digits");
        await session
            .Field("Command")
            .FillAsync($"dotnet '{Repository.Digits}' --data inputs/optdigits --epochs {Epochs} --epoch-seconds 0.4");
        await session.Button("Add input").ClickAsync();
        await session.Field("Artifact").FillAsync("optdigits:latest");
        await session.Field("Folder").FillAsync("inputs/optdigits");
        await session.Button("Add output").ClickAsync();
        await session.Field("Artifact").Last.FillAsync("web-model");
        await session.Button("Submit").ClickAsync();

        await Expect(session.Heading("digits-web")).ToBeVisibleAsync();
        await Expect(session.Status).ToHaveTextAsync("Running");
        await Expect(page.GetByText($"epoch 2/{Epochs}")).ToBeVisibleAsync();
        await WaitForPointsAsync(page, 2);
        await Expect(session.Status).ToHaveTextAsync("Running");
        await Expect(page.GetByText($"epoch 8/{Epochs}")).ToBeVisibleAsync();
        await WaitForPointsAsync(page, 8);
        await Expect(session.Status).ToHaveTextAsync("Succeeded");
        await Expect(page.GetByText($"epoch {Epochs}/{Epochs}")).ToBeVisibleAsync();
        await WaitForPointsAsync(page, Epochs);
        await Expect(page.Locator(".facts")).Not.ToContainTextAsync("exit_code");
        await Pictures.TakeAsync(page, "job-light.png");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Pictures.TakeAsync(page, "job-dark.png");

        await HistoryShowsEveryEventAsync(session);
        await session.Tab("Artifacts").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { NameRegex = WebModel() }).ClickAsync();
        await Expect(page.GetByText("model.bin")).ToBeVisibleAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => session.Button("Download model.bin").ClickAsync());
        var bytes = await File.ReadAllBytesAsync(await download.PathAsync());
        var manifest = await browser.Platform.Api.GetAsync("/api/artifacts/web-model/versions/latest");
        var expected = manifest["files"]!.AsArray().Single(file => file!["path"]!.GetValue<string>() == "model.bin")![
            "sha256"
        ]!.GetValue<string>();
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        session.AssertNoFaults();
    }

    [Fact]
    [Trait("check", "JOB-05")]
    public async Task a_running_job_is_cancelled_after_a_question_and_run_again()
    {
        var id = await browser.Platform.Api.SubmitAsync(
            new
            {
                name = "sleeper",
                command = new[] { "sleep", "600" },
                resources = new { cpus = 0.1, memoryMiB = 64 },
            }
        );
        await browser.Platform.Api.WaitForStatusAsync(id, "running");
        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/jobs/{id}");
        await session.Button("Cancel job").ClickAsync();
        await Expect(session.Heading("Cancel sleeper?")).ToBeVisibleAsync();
        await session.AssertAccessibleAsync("the question before cancelling");
        // An open question keeps the app's shortcuts to itself: this one would leave the page.
        await session.Page.Keyboard.PressAsync("c");
        await session.Button("Keep running").ClickAsync();
        await Expect(session.Heading("Cancel sleeper?")).ToHaveCountAsync(0);
        await Expect(session.Status).ToHaveTextAsync("Running");

        await session.Button("Cancel job").ClickAsync();
        await session.InDialog("Cancel job").ClickAsync();
        await Expect(session.Status).ToHaveTextAsync("Cancelled");
        await browser.Platform.Api.WaitForStatusAsync(id, "cancelled");

        await session.Button("Retry").ClickAsync();
        await session.InDialog("Retry").ClickAsync();
        await Expect(session.Status).ToHaveTextAsync("Running");
        await session.Button("Cancel job").ClickAsync();
        await session.InDialog("Cancel job").ClickAsync();
        await Expect(session.Status).ToHaveTextAsync("Cancelled");
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_group_is_cancelled_and_says_so()
    {
        async Task<Guid> SubmitAsync(string name, Guid? parentId) =>
            await browser.Platform.Api.SubmitAsync(
                new
                {
                    name,
                    parentId,
                    command = new[] { "sleep", "600" },
                    resources = new { cpus = 0.1, memoryMiB = 64 },
                }
            );

        var parent = await SubmitAsync("group", null);
        var child = await SubmitAsync("member", parent);
        await browser.Platform.Api.WaitForStatusAsync(child, "running");
        await using var session = await browser.OpenAsync();
        var facts = session.Page.Locator(".facts");
        await session.GoAsync($"/jobs/{parent}");
        await session.Button("Cancel job").ClickAsync();
        await Expect(session.Page.GetByRole(AriaRole.Dialog))
            .ToContainTextAsync("1 child job that has not ended is cancelled too.");
        await session.InDialog("Cancel job").ClickAsync();
        await browser.Platform.Api.WaitForStatusAsync(child, "cancelled");
        await Expect(facts).ToContainTextAsync("Cancelled bylocal");

        await session.Page.GetByRole(AriaRole.Link, new() { Name = "1 cancelled" }).ClickAsync();
        await session.Page.GetByRole(AriaRole.Link, new() { Name = "member", Exact = true }).ClickAsync();
        await Expect(facts).ToContainTextAsync("Cancelled byparent job · local");
        await session.Tab("History").ClickAsync();
        await Expect(session.Page.Locator(".timeline li[data-type='stop_requested']"))
            .ToContainTextAsync("Triggered by: parent job · by local");
        await session.Page.GetByRole(AriaRole.Link, new() { Name = $"{parent}"[^8..] }).ClickAsync();
        await Expect(session.Heading("group")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_parent_that_has_ended_counts_its_children_until_the_last_has()
    {
        async Task<Guid> SubmitAsync(string name, int gate, Guid? parentId) =>
            await browser.Platform.Api.SubmitAsync(
                new
                {
                    name,
                    parentId,
                    command = new[] { "/usr/bin/python3", "-c", $"{_gates.Prelude}wait({gate})" },
                    resources = new { cpus = 0.1, memoryMiB = 64 },
                }
            );

        var parent = await SubmitAsync("first to end", 1, null);
        var child = await SubmitAsync("last to end", 2, parent);
        _gates.Open(1);
        await browser.Platform.Api.WaitForStatusAsync(parent, "succeeded");
        await browser.Platform.Api.WaitForStatusAsync(child, "running");
        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/jobs/{parent}");
        await Expect(session.Page.GetByRole(AriaRole.Link, new() { Name = "1 running" })).ToBeVisibleAsync();
        _gates.Open(2);
        await Expect(session.Page.GetByRole(AriaRole.Link, new() { Name = "1 succeeded" })).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_job_of_two_attempts_tells_how_long_both_took_and_without_metrics_its_log_is_wide()
    {
        var id = await browser.Platform.Api.SubmitAsync(
            new
            {
                name = "tries twice",
                command = new[] { "sh", "-c", "exit 3" },
                resources = new { cpus = 0.1, memoryMiB = 64 },
                retry = new { maxAttempts = 2, backoffSeconds = 1 },
            }
        );
        await browser.Platform.Api.WaitForStatusAsync(id, "failed");
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync($"/jobs/{id}");
        await Expect(page.Locator(".facts")).ToContainTextAsync(Durations());
        await Expect(page.GetByText("This run logged no metrics.")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Smoothing")).ToHaveCountAsync(0);
        var log = (await page.Locator(".log").BoundingBoxAsync())!;
        var tabs = (await page.Locator(".tab-panel").BoundingBoxAsync())!;
        Assert.Equal(tabs.Width, log.Width);
        session.AssertNoFaults();
    }

    [Fact]
    public async Task why_it_failed_is_said_in_words()
    {
        var id = await browser.Platform.Api.SubmitAsync(
            new
            {
                name = "fails",
                command = new[] { "sh", "-c", "exit 3" },
                resources = new { cpus = 0.1, memoryMiB = 64 },
            }
        );
        await browser.Platform.Api.WaitForStatusAsync(id, "failed");
        await using var session = await browser.OpenAsync();
        await session.GoAsync($"/jobs/{id}");
        await Expect(session.Page.Locator(".facts")).ToContainTextAsync("Exited with code 3.");
        await session.Tab("History").ClickAsync();
        await Expect(session.Page.Locator(".timeline li[data-type='attempt_failed']"))
            .ToContainTextAsync("Exited with code 3.");
        await session.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(session.Tab("Artifacts")).ToBeFocusedAsync();
        await Expect(session.Heading("No artifacts")).ToBeVisibleAsync();

        await session.GoAsync($"/jobs/{id}?attempt=99");
        await Expect(session.Page.GetByText("No output.")).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_node_is_drained_and_resumed()
    {
        await using var session = await browser.OpenAsync();
        await session.GoAsync("/nodes");
        var card = session.Page.Locator("[data-node]");
        await card.GetByRole(AriaRole.Button, new() { NameRegex = Drain() }).ClickAsync();
        await session.InDialog("Drain").ClickAsync();
        await Expect(card.Locator(".status")).ToHaveTextAsync("Draining");
        var nodes = await browser.Platform.Api.GetAsync("/api/nodes");
        Assert.Equal("draining", nodes["items"]![0]!["status"]!.GetValue<string>());

        await card.GetByRole(AriaRole.Button, new() { NameRegex = Resume() }).ClickAsync();
        await Expect(card.Locator(".status")).ToHaveTextAsync("Online");
        session.AssertNoFaults();
    }

    /// <summary>Every event that the platform stored, each with its cause.</summary>
    private async Task HistoryShowsEveryEventAsync(BrowserSession session)
    {
        await session.Tab("History").ClickAsync();
        var entries = session.Page.Locator(".timeline li");
        await Expect(entries.First).ToContainTextAsync("Submitted");
        var id = new Uri(session.Page.Url).Segments[^1];
        var stored = await browser.Platform.Api.GetAsync($"/api/jobs/{id}/events");
        var events = stored["items"]!.AsArray();
        await Expect(entries).ToHaveCountAsync(events.Count);
        for (var i = 0; i < events.Count; i++)
        {
            var entry = entries.Nth(i);
            await Expect(entry).ToHaveAttributeAsync("data-type", events[i]!["type"]!.GetValue<string>());
            await Expect(entry).ToContainTextAsync("Triggered by: ");
            await Expect(entry).ToContainTextAsync(events[i]!["cause"]!.GetValue<string>());
        }

        await Expect(entries.Last).ToContainTextAsync("node agent");
    }

    private static Task<IJSHandle> WaitForPointsAsync(IPage page, int count) =>
        page.WaitForFunctionAsync(
            "count => [...document.querySelectorAll('[data-points]')].some(curve => Number(curve.dataset.points) >= count)",
            count
        );

    [GeneratedRegex(@"\ds · \d+(\.\d)?s in all", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Durations();

    [GeneratedRegex("^web-model", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WebModel();

    [GeneratedRegex("^Drain ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Drain();

    [GeneratedRegex("^Resume ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Resume();
}
