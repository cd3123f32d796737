using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

/// <summary>A platform that asks for tokens, behind nginx as the README sets it up.</summary>
public sealed class PlatformBehindNginx : Browser
{
    private readonly Nginx _nginx;

    public PlatformBehindNginx()
        : this(new Nginx()) { }

    private PlatformBehindNginx(Nginx nginx)
        : base(
            ("Gateway__PathBase", Nginx.Prefix),
            ("Gateway__RequireTokens", "Always"),
            ("Gateway__Origins__0", nginx.OriginOf(isTakenOff: false)),
            ("Gateway__Origins__1", nginx.OriginOf(isTakenOff: true))
        ) => _nginx = nginx;

    /// <summary>The address that people use.</summary>
    public string UrlOf(bool isTakenOff) => _nginx.UrlOf(isTakenOff);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await _nginx.StartAsync(Platform.Url);
    }

    public override async Task DisposeAsync()
    {
        await _nginx.DisposeAsync();
        await base.DisposeAsync();
    }
}

/// <summary>Whether nginx passes the prefix on or takes it off, the platform is all below it.</summary>
[Trait("suite", "web")]
public sealed class Below_a_path(PlatformBehindNginx browser) : IClassFixture<PlatformBehindNginx>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task the_app_signs_in_lists_follows_and_downloads(bool isTakenOff)
    {
        var url = browser.UrlOf(isTakenOff);
        var token = await browser.Platform.CreateTokenAsync($"session-{isTakenOff}");
        using var blocker = new RouteBlocker();
        await using var session = await browser.OpenAsync(url: url);
        var page = session.Page;
        var elsewhere = new ConcurrentQueue<string>();
        page.Request += (_, request) =>
        {
            if (
                !request.Url.StartsWith(url, StringComparison.Ordinal)
                && !request.Url.StartsWith("blob:", StringComparison.Ordinal)
            )
            {
                elsewhere.Enqueue(request.Url);
            }
        };
        await session.GoAsync("jobs/new");
        await session.Field("Token").FillAsync(token);
        await page.Keyboard.PressAsync("Enter");
        await session.Field("Name").FillAsync("below");
        await session.Field("Command").FillAsync("/usr/bin/python3 train.py");
        await session.Button("Add file").ClickAsync();
        await session.Field("Path").FillAsync("train.py");
        await session
            .Field("Text")
            .FillAsync(
                $"{blocker.Prelude}\nprint('first', flush=True)\nwait(1)\nprint('second')\nopen('result.txt', 'w').write('done')"
            );
        await session.Button("Add output").ClickAsync();
        await session.Field("Folder").FillAsync("result.txt");
        await session.Field("Artifact").FillAsync("below");
        await session.Button("Submit").ClickAsync();
        await Expect(session.Status).ToBeVisibleAsync();
        Assert.Matches($"^{url}jobs/[0-9a-f-]{{36}}$", page.Url);
        var lines = page.Locator(".log-lines");
        await Expect(lines).ToContainTextAsync("first");

        // A deep link, opened again; its log is followed while it is written.
        await page.ReloadAsync();
        await Expect(lines).ToContainTextAsync("first");
        await Expect(session.Status).ToHaveTextAsync("Running");
        blocker.Open(1);
        await Expect(lines).ToContainTextAsync("second");
        await Expect(session.Status).ToHaveTextAsync("Succeeded");
        var log = await page.RunAndWaitForDownloadAsync(() => session.Button("Download log").ClickAsync());
        Assert.Equal("first\nsecond\n", await File.ReadAllTextAsync(await log.PathAsync()));

        await page.GetByRole(AriaRole.Link, new() { Name = "Jobs" }).ClickAsync();
        await page.Locator(".table-row").GetByRole(AriaRole.Link, new() { Name = "below" }).First.ClickAsync();
        await session.Tab("Artifacts").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "below v" }).ClickAsync();
        await Expect(session.Heading("below")).ToBeVisibleAsync();
        var file = await page.RunAndWaitForDownloadAsync(() => session.Button("Download result.txt").ClickAsync());
        Assert.Equal("done", await File.ReadAllTextAsync(await file.PathAsync()));

        session.ExpectRefusal(404, "/ml/api/artifacts/nobody-made-it");
        await session.GoAsync("artifacts/nobody-made-it");
        await Expect(session.Heading("Artifact not found")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Back to artifacts" }).ClickAsync();
        await Expect(page).ToHaveURLAsync($"{url}artifacts");
        await page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync($"{url}artifacts#content");

        await session.Button("Appearance and language").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "API documentation" }).ClickAsync();
        await Expect(page.GetByText("/api/jobs/{id}", new() { Exact = true }).First).ToBeVisibleAsync();
        Assert.Empty(elsewhere);
        session.Forget("status of 401");
        session.AssertNoFaults();
    }

    [Fact]
    public async Task the_platforms_own_address_leads_there_too()
    {
        await using var session = await browser.OpenAsync();
        await session.GoAsync("/nodes?from=here");
        await Expect(session.Heading("Sign in")).ToBeVisibleAsync();
        await Expect(session.Page).ToHaveURLAsync($"{browser.Platform.Url}/ml/nodes?from=here");
        session.Forget("status of 401");
        session.AssertNoFaults();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task what_is_answered_leads_to_addresses_below_it(bool isTakenOff)
    {
        using var http = await ClientAsync(isTakenOff);
        using var submitted = await http.PostAsJsonAsync(
            "api/jobs",
            new { name = "below", command = new[] { "true" } }
        );
        Assert.Equal(HttpStatusCode.Created, submitted.StatusCode);
        Assert.StartsWith("/ml/api/jobs/", submitted.Headers.Location!.OriginalString, StringComparison.Ordinal);
        using var found = await http.GetAsync(submitted.Headers.Location);
        Assert.Equal(HttpStatusCode.OK, found.StatusCode);

        foreach (
            var (path, type) in new[]
            {
                ($"api/jobs/{Guid.CreateVersion7()}", "/ml/problems/job.not-found"),
                ("api/jobs?sort=nonsense", "/ml/problems/validation"),
                ("api/runs/none", "/ml/problems/run.not-found"),
            }
        )
        {
            var problem = await (await http.GetAsync(path)).Content.ReadFromJsonAsync<JsonNode>();
            Assert.Equal(type, (string?)problem!["type"]);
            using var explained = await http.GetAsync(type);
            Assert.Equal(HttpStatusCode.OK, explained.StatusCode);
        }

        var description = await http.GetFromJsonAsync<JsonNode>("openapi/v1.json");
        Assert.Equal("/ml", (string?)description!["servers"]![0]!["url"]);
        Assert.Contains("<base href=\"/ml/\"", await http.GetStringAsync("jobs/some/where"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\"><script>alert(1)</script>")]
    [InlineData("/other")]
    public async Task a_header_names_no_other_prefix(string prefix)
    {
        using var http = await ClientAsync(isTakenOff: false);
        http.DefaultRequestHeaders.TryAddWithoutValidation("X-Forwarded-Prefix", prefix);
        http.DefaultRequestHeaders.TryAddWithoutValidation("X-Original-URI", prefix);
        foreach (var path in new[] { "jobs", "api/runs/none", "openapi/v1.json" })
        {
            using var answer = await http.GetAsync(path);
            var text = answer.Headers + await answer.Content.ReadAsStringAsync();
            Assert.DoesNotContain("evil.example", text, StringComparison.Ordinal);
            Assert.DoesNotContain("alert(1)", text, StringComparison.Ordinal);
            Assert.DoesNotContain("/other", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task the_command_line_reaches_it(bool isTakenOff)
    {
        var url = browser.UrlOf(isTakenOff);
        var token = await browser.Platform.CreateTokenAsync($"command-{isTakenOff}");
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.In("weights.bin"), "bytes");
        var job = folder.In("job.json");
        await File.WriteAllTextAsync(
            job,
            """{"name":"below","command":["echo","hello"],"resources":{"cpus":0.1,"memoryMiB":64}}"""
        );
        var artifact = $"from-below-{(isTakenOff ? 1 : 2)}";
        foreach (var server in new[] { url, url.TrimEnd('/') })
        {
            Task<string> Run(params string[] arguments) =>
                Command.SucceedAsync(TimeSpan.FromMinutes(1), [.. arguments, "--server", server, "--token", token]);

            Assert.Contains("hello", await Run("jobs", "submit", job, "--follow"), StringComparison.Ordinal);
            Assert.Contains("below", await Run("jobs", "list"), StringComparison.Ordinal);
            await Run("artifacts", "upload", artifact, folder.In("weights.bin"));
            await Run("artifacts", "download", artifact, folder.In("back"));
            Assert.Equal("bytes", await File.ReadAllTextAsync(folder.In("back", "weights.bin")));
            Directory.Delete(folder.In("back"), recursive: true);
        }
    }

    private async Task<HttpClient> ClientAsync(bool isTakenOff)
    {
        var token = await browser.Platform.CreateTokenAsync($"client-{Guid.CreateVersion7():N}");
        var http = new HttpClient { BaseAddress = new Uri(browser.UrlOf(isTakenOff)) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }
}
