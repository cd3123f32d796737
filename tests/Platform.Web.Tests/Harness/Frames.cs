using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace Platform.Web.Tests.Harness;

/// <summary>How long each frame took while something scrolled, in milliseconds.</summary>
internal sealed record Frames(double Median, double P95, double Longest)
{
    private const int Count = 150;

    /// <summary>Scrolls an element from its start to its end in equal steps, one a frame.</summary>
    public static async Task<Frames> ScrollAsync(IPage page, string selector)
    {
        var times = await page.EvaluateAsync<JsonElement>(
            """
            async ([selector, count]) => {
              const element = document.querySelector(selector);
              const frame = () => new Promise(requestAnimationFrame);
              element.scrollTop = 0;
              await frame();
              const times = [];
              for (let i = 1, last = await frame(); i <= count; i++) {
                element.scrollTop = element.scrollHeight * i / count;
                const now = await frame();
                times.push(now - last);
                last = now;
              }
              return times.sort((a, b) => a - b);
            }
            """,
            new object[] { selector, Count }
        );
        var sorted = times.EnumerateArray().Select(time => time.GetDouble()).ToArray();
        return new Frames(sorted[Count / 2], sorted[Count * 95 / 100], sorted[^1]);
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"a frame took {Median:0.0} ms (median), {P95:0.0} ms (p95), {Longest:0.0} ms (longest of {Count})"
        );
}
