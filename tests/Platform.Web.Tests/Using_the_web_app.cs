using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
public sealed partial class Using_the_web_app(Browser browser) : IClassFixture<Browser>
{
    private const int Epochs = 24;

    private static readonly string? _images = Environment.GetEnvironmentVariable("PLATFORM_SCREENSHOTS") is "1"
        ? Path.Combine(Repository.Root, "docs", "images")
        : null;

    [Fact]
    [Trait("row", "74")]
    public async Task A_training_is_submitted_in_the_form_watched_and_its_model_downloaded()
    {
        await using var visitor = await browser.VisitAsync();
        var page = visitor.Page;
        await visitor.GoAsync("/jobs/new");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("digits-web");
        await page.GetByLabel("Project").FillAsync("web/digits");
        await page.GetByLabel("Command")
            .FillAsync($"dotnet '{Repository.Digits}' --data inputs/optdigits --epochs {Epochs} --epoch-seconds 0.4");
        await visitor.Button("Add an input").ClickAsync();
        await page.GetByLabel("Artifact", new() { Exact = true }).FillAsync("optdigits:latest");
        await page.GetByLabel("Folder").FillAsync("inputs/optdigits");
        await visitor.Button("Add an output").ClickAsync();
        await page.GetByLabel("Artifact", new() { Exact = true }).Last.FillAsync("web-model");
        await visitor.Button("Submit").ClickAsync();

        await Expect(visitor.Heading("digits-web")).ToBeVisibleAsync();
        await Expect(page.Locator(".page-header .status")).ToHaveTextAsync("running");
        await Expect(page.GetByText($"epoch 2/{Epochs}")).ToBeVisibleAsync();
        await WaitForPointsAsync(page, 2);
        await Expect(page.GetByText($"epoch 8/{Epochs}")).ToBeVisibleAsync();
        await WaitForPointsAsync(page, 8);
        await Expect(page.Locator(".page-header .status")).ToHaveTextAsync("succeeded");
        await Expect(page.GetByText($"epoch {Epochs}/{Epochs}")).ToBeVisibleAsync();
        await ShootAsync(page, "job-light.png");

        await visitor.Tab("History").ClickAsync();
        await Expect(page.Locator(".timeline li").First).ToContainTextAsync("Submitted");
        await Expect(page.Locator(".timeline li[data-type='job_succeeded']")).ToContainTextAsync("Cause");

        await visitor.Tab("Artifacts").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { NameRegex = WebModel() }).ClickAsync();
        await Expect(page.GetByText("model.bin")).ToBeVisibleAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => visitor.Button("Download model.bin").ClickAsync());
        var bytes = await File.ReadAllBytesAsync(await download.PathAsync());
        var manifest = await browser.Platform.Api.GetAsync("/api/artifacts/web-model/versions/latest");
        var expected = manifest["files"]!.AsArray().Single(file => file!["path"]!.GetValue<string>() == "model.bin")![
            "sha256"
        ]!.GetValue<string>();
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        visitor.AssertNoFaults();
    }

    [Fact]
    public async Task A_form_with_mistakes_shows_each_beside_its_field_and_keeps_what_was_typed()
    {
        await using var visitor = await browser.VisitAsync();
        var page = visitor.Page;
        await visitor.GoAsync("/jobs/new");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("kept");
        await page.GetByLabel("Project").FillAsync("../bad");
        await page.GetByLabel("GPUs").FillAsync("many");
        await visitor.Button("Submit").ClickAsync();
        await Expect(page.GetByLabel("GPUs")).ToHaveAccessibleDescriptionAsync("This is not a number.");

        await page.GetByLabel("GPUs").FillAsync("-1");
        await visitor.Button("Submit").ClickAsync();
        await Expect(page.GetByLabel("Command")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(page.GetByLabel("Project")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(page.GetByLabel("GPUs")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("kept");
        await Expect(page.GetByLabel("Project")).ToHaveValueAsync("../bad");
        await visitor.AssertAccessibleAsync("the form with mistakes");
    }

    [Fact]
    [Trait("row", "76")]
    public async Task A_running_job_is_cancelled_after_a_question()
    {
        var id = await browser.Platform.Api.SubmitAsync(
            new
            {
                name = "sleeper",
                command = new[] { "sleep", "600" },
                resources = new { cpus = 0.5, memoryMiB = 64 },
            }
        );
        await browser.Platform.Api.WaitForStatusAsync(id, "running");
        await using var visitor = await browser.VisitAsync();
        await visitor.GoAsync($"/jobs/{id}");
        await visitor.Button("Cancel the job").ClickAsync();
        await Expect(visitor.Heading("Cancel sleeper?")).ToBeVisibleAsync();
        await visitor
            .Page.GetByRole(AriaRole.Dialog)
            .GetByRole(AriaRole.Button, new() { Name = "Cancel the job" })
            .ClickAsync();

        await Expect(visitor.Page.Locator(".page-header .status")).ToHaveTextAsync("cancelled");
        await browser.Platform.Api.WaitForStatusAsync(id, "cancelled");
        visitor.AssertNoFaults();
    }

    [Fact]
    public async Task A_node_is_drained_and_resumed()
    {
        await using var visitor = await browser.VisitAsync();
        await visitor.GoAsync("/nodes");
        var card = visitor.Page.Locator("[data-node]");
        await card.GetByRole(AriaRole.Button, new() { NameRegex = Drain() }).ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Drain" }).ClickAsync();
        await Expect(card.Locator(".status")).ToHaveTextAsync("draining");
        var nodes = await browser.Platform.Api.GetAsync("/api/nodes");
        Assert.Equal("draining", nodes["items"]![0]!["status"]!.GetValue<string>());

        await card.GetByRole(AriaRole.Button, new() { NameRegex = Resume() }).ClickAsync();
        await Expect(card.Locator(".status")).ToHaveTextAsync("online");
        visitor.AssertNoFaults();
    }

    [Fact]
    public async Task A_log_of_many_lines_is_searched_coloured_and_linked_to()
    {
        const string Program =
            "for i in range(100000): print('line', i)\nprint('\\x1b[31mred\\x1b[0m needle')\nprint('10%\\r50%\\r100%')";
        var id = await browser.Platform.Api.SubmitAsync(
            new
            {
                name = "talker",
                command = new[] { "/usr/bin/python3", "-c", Program },
                resources = new { cpus = 0.5, memoryMiB = 64 },
            }
        );
        await browser.Platform.Api.WaitForStatusAsync(id, "succeeded");
        await using var visitor = await browser.VisitAsync();
        var page = visitor.Page;
        await visitor.GoAsync($"/jobs/{id}");
        await Expect(page.GetByTestId("log-lines")).ToHaveTextAsync("100,002 lines");
        await Expect(page.Locator(".log-line").Last).ToContainTextAsync("100%");
        await Expect(page.Locator(".ansi-red-fg")).ToHaveTextAsync("red");
        Assert.InRange(await page.Locator(".log-line").CountAsync(), 1, 300);

        await page.GetByLabel("Search in the log").FillAsync("line 777");
        await page.GetByLabel("Search in the log").PressAsync("Enter");
        await Expect(page.GetByText("1 of 111")).ToBeVisibleAsync();
        await Expect(page.Locator(".log-line-marked")).ToContainTextAsync("line 777");

        await visitor.GoAsync($"/jobs/{id}?attempt=1&line=54322");
        await Expect(page.Locator(".log-line-marked")).ToContainTextAsync("line 54321");
        visitor.AssertNoFaults();
    }

    [Fact]
    public async Task A_link_to_a_job_that_does_not_exist_yet_waits()
    {
        await using var visitor = await browser.VisitAsync();
        await visitor.GoAsync($"/jobs/{Guid.CreateVersion7()}");
        await Expect(visitor.Heading("Waiting for this job")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Keys_lead_through_the_app_and_an_unknown_address_has_a_page_of_its_own()
    {
        await using var visitor = await browser.VisitAsync();
        var page = visitor.Page;
        await visitor.GoAsync("/nowhere/at-all");
        await Expect(visitor.Heading("There is no such page")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("j");
        await Expect(visitor.Heading("Jobs")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("/");
        await Expect(page.GetByLabel("Search by name or id")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("no-such-job");
        await Expect(visitor.Heading("Nothing matches this filter")).ToBeVisibleAsync();
        Assert.Contains("search=no-such-job", page.Url, StringComparison.Ordinal);
        await page.GetByLabel("Search by name or id").BlurAsync();
        await page.Keyboard.PressAsync("?");
        await Expect(visitor.Heading("Keyboard shortcuts")).ToBeVisibleAsync();
        visitor.AssertNoFaults();
    }

    [Theory]
    [InlineData(ColorScheme.Light, "en-US", 1360, "Jobs")]
    [InlineData(ColorScheme.Dark, "en-US", 1360, "Jobs")]
    [InlineData(ColorScheme.Light, "zh-CN", 390, "任务")]
    [InlineData(ColorScheme.Dark, "zh-CN", 390, "任务")]
    public async Task Every_page_is_accessible_fits_and_stays_at_home(
        ColorScheme scheme,
        string locale,
        int width,
        string title
    )
    {
        var id = await browser.Platform.Api.SubmitAsync(
            new
            {
                name = $"echo {width}",
                command = new[] { "echo", "done" },
                resources = new { cpus = 0.1 },
            }
        );
        var job = await browser.Platform.Api.WaitForStatusAsync(id, "succeeded");
        await using var visitor = await browser.VisitAsync(scheme, locale, width);
        await visitor.GoAsync("/");
        await Expect(visitor.Heading(title)).ToBeVisibleAsync();
        string[] pages =
        [
            "/jobs",
            "/jobs/new",
            $"/jobs/{id}",
            $"/jobs/{id}?tab=history",
            $"/jobs/{id}?tab=artifacts",
            $"/jobs/{id}?tab=request",
            "/nodes",
            "/runs",
            $"/runs/{job["runId"]}",
            "/artifacts",
            "/artifacts/optdigits",
            "/nowhere",
        ];
        foreach (var path in pages)
        {
            await visitor.GoAsync(path);
            await Expect(visitor.Page.Locator("main h1, main h2").First).ToBeVisibleAsync();
            await Expect(visitor.Page.Locator(".skeletons")).ToHaveCountAsync(0);
            await visitor.AssertAccessibleAsync($"{path} ({scheme}, {locale})");
            await visitor.AssertNoSidewaysScrollAsync(path);
        }

        if (width > 1000)
        {
            await visitor.GoAsync("/jobs");
            await Expect(visitor.Page.Locator(".table-row").Nth(1)).ToBeVisibleAsync();
            await ShootAsync(visitor.Page, $"jobs-{(scheme is ColorScheme.Dark ? "dark" : "light")}.png");
        }

        visitor.AssertNoFaults();
    }

    [Fact]
    public async Task Theme_and_language_are_chosen_and_remembered()
    {
        await using var visitor = await browser.VisitAsync();
        var page = visitor.Page;
        await visitor.GoAsync("/jobs");
        await visitor.Button("Appearance and language").ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Theme" }).SelectOptionAsync("dark");
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Language" }).SelectOptionAsync("zh");
        await page.ReloadAsync();

        await Expect(visitor.Heading("任务")).ToBeVisibleAsync();
        var ground = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        Assert.Equal("rgb(17, 19, 21)", ground);
        visitor.AssertNoFaults();
    }

    private static Task<IJSHandle> WaitForPointsAsync(IPage page, int count) =>
        page.WaitForFunctionAsync(
            "count => [...document.querySelectorAll('[data-points]')].some(curve => Number(curve.dataset.points) >= count)",
            count
        );

    private static async Task ShootAsync(IPage page, string name)
    {
        if (_images is not null)
        {
            Directory.CreateDirectory(_images);
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(_images, name) });
        }
    }

    [GeneratedRegex("^web-model", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WebModel();

    [GeneratedRegex("^Drain ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Drain();

    [GeneratedRegex("^Resume ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Resume();
}
