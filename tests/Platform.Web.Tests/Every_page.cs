using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Trait("check", "UI-01")]
[Collection("platform")]
public sealed class Every_page(Browser browser)
{
    [Theory]
    [InlineData("en-US", 1360, "Jobs")]
    [InlineData("zh-CN", 390, "任务")]
    public async Task is_accessible_fits_and_stays_at_home(string locale, int width, string title)
    {
        var (job, failed) = await SubmitAsync(width);
        await using var session = await browser.OpenAsync(ColorScheme.Light, locale, width);
        await session.GoAsync("/");
        await Expect(session.Heading(title)).ToBeVisibleAsync();
        var run = (await browser.Platform.Api.GetAsync($"/api/jobs/{job}"))["runId"];
        string[] pages =
        [
            "/jobs",
            "/jobs/new",
            $"/jobs/{job}",
            $"/jobs/{job}?tab=history",
            $"/jobs/{job}?tab=artifacts",
            $"/jobs/{job}?tab=request",
            $"/jobs/{failed}",
            $"/jobs/{failed}?tab=artifacts",
            "/nodes",
            "/runs",
            $"/runs/{run}",
            $"/runs/{run}?tab=media",
            $"/runs/{run}?tab=files",
            "/artifacts",
            "/logs",
            "/logs?q=step&project=web/pages",
            $"/artifacts/pages-{width}",
            "/nowhere",
        ];
        foreach (var path in pages)
        {
            await session.GoAsync(path);
            await Expect(session.Page.Locator("main h1, main h2").First).ToBeVisibleAsync();
            await Expect(session.Page.Locator(".skeletons, [aria-busy]")).ToHaveCountAsync(0);
            await session.AssertAccessibleAsync($"{path} ({locale})");
            await session.AssertNoSidewaysScrollAsync(path);
            await session.AssertHeaderFitsAsync(path);
            // Only its colours differ in the dark.
            await session.UseSchemeAsync(ColorScheme.Dark);
            await session.AssertContrastAsync($"{path} ({locale}, dark)");
            await session.UseSchemeAsync(ColorScheme.Light);
        }

        if (width > 1000)
        {
            await session.GoAsync("/jobs");
            await Expect(session.Page.Locator(".table-row").Nth(1)).ToBeVisibleAsync();
            await Expect(session.Page.Locator(".settings button")).ToBeVisibleAsync();
            await Pictures.TakeAsync(session.Page, "jobs-light.png");
            await session.UseSchemeAsync(ColorScheme.Dark);
            await Pictures.TakeAsync(session.Page, "jobs-dark.png");
        }

        session.AssertNoFaults();
    }

    /// <summary>A job with curves, colours and an output, and one that failed.</summary>
    private async Task<(Guid Job, Guid Failed)> SubmitAsync(int width)
    {
        const string Program = """
            import json, os, urllib.request
            for i in range(3):
                points = [{'key': 'loss', 'step': i, 'value': 1 / (i + 1)}]
                body = json.dumps({'points': points}).encode()
                address = os.environ['PLATFORM_URL'] + '/api/runs/' + os.environ['PLATFORM_RUN_ID'] + '/metrics'
                headers = {'content-type': 'application/json', 'authorization': 'Bearer ' + os.environ['PLATFORM_TOKEN']}
                urllib.request.urlopen(urllib.request.Request(address, body, headers)).read()
                for code in ['31', '1;32', '33', '34', '35', '36', '90', '41', '7', '38;5;208', '38;2;20;20;90', '48;5;19']:
                    print('\x1b[' + code + 'mstep', i, '\x1b[0m')
            open('outputs/result.txt', 'w').write('done')
            """;
        var job = await browser.Platform.Api.SubmitAsync(
            new
            {
                name = $"pages at {width}",
                project = "web/pages",
                command = new[] { "/usr/bin/python3", "-c", Program },
                outputs = new[]
                {
                    new
                    {
                        path = "outputs",
                        artifact = $"pages-{width}",
                        type = "model",
                    },
                },
                resources = new { cpus = 0.1, memoryMiB = 64 },
            }
        );
        var failed = await browser.Platform.Api.SubmitAsync(
            new
            {
                name = "no such program, and a name that takes two lines on a phone",
                command = new[] { "/nonexistent" },
                resources = new { cpus = 0.1, memoryMiB = 64 },
            }
        );
        await browser.Platform.Api.WaitForStatusAsync(job, "succeeded");
        await browser.Platform.Api.WaitForStatusAsync(failed, "failed");
        return (job, failed);
    }
}
