using Microsoft.Playwright;

namespace Platform.Web.Tests.Harness;

/// <summary>The pictures of the README, taken when <c>PLATFORM_SCREENSHOTS=1</c>.</summary>
internal static class Pictures
{
    private static readonly string? _folder = Environment.GetEnvironmentVariable("PLATFORM_SCREENSHOTS") is "1"
        ? Repository.PathOf("docs", "images")
        : null;

    public static async Task TakeAsync(IPage page, string name)
    {
        if (_folder is not null)
        {
            Directory.CreateDirectory(_folder);
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(_folder, name) });
        }
    }
}
