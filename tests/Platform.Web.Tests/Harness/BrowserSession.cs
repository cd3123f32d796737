using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Platform.Web.Tests.Harness;

/// <summary>Someone with the app open. Notes what must not happen: errors in the console, requests to other origins.</summary>
internal sealed partial class BrowserSession : IAsyncDisposable
{
    private static readonly string _axe = File.ReadAllText(
        Repository.PathOf("frontend", "node_modules", "axe-core", "axe.min.js")
    );

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly List<(int Status, string Path)> _expected = [];
    private readonly List<string> _forgotten = [];

    private BrowserSession(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    public static async Task<BrowserSession> OpenAsync(IBrowserContext context, Uri platform)
    {
        context.SetDefaultTimeout(30_000);
        var page = await context.NewPageAsync();
        var session = new BrowserSession(context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                session._faults.Enqueue($"console {message.Type}: {message.Text} ({message.Location})");
            }
        };
        page.PageError += (_, error) => session._faults.Enqueue($"page error: {error}");
        page.Request += (_, request) =>
        {
            var address = new Uri(request.Url);
            if (address.Scheme is "http" or "https" && address.Authority != platform.Authority)
            {
                session._faults.Enqueue($"request to another origin: {request.Url}");
            }
        };
        return session;
    }

    public async Task GoAsync(string path) => await Page.GotoAsync(path);

    public ILocator Field(string name) => Page.GetByLabel(name, new PageGetByLabelOptions { Exact = true });

    /// <summary>The status at the head of a job's page.</summary>
    public ILocator Status => Page.Locator(".page-header .status");

    public ILocator Button(string name) =>
        Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true });

    public ILocator InDialog(string button) =>
        Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = button });

    public ILocator Heading(string name) =>
        Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = name, Exact = true });

    public ILocator Tab(string name) => Page.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { Name = name });

    /// <summary>
    /// What the app asks for is refused, as the test is about. The browser notes that as an error, and must do so.
    /// </summary>
    /// <param name="path">Its path, without a query.</param>
    public void ExpectRefusal(int status, string path) => _expected.Add((status, path));

    /// <summary>Nothing that must not happen has happened, and what was expected to be refused was.</summary>
    public void AssertNoFaults()
    {
        var missing = _expected.ToHashSet();
        var faults = new List<string>();
        foreach (
            var fault in _faults.Where(fault =>
                !_forgotten.Exists(what => fault.Contains(what, StringComparison.Ordinal))
            )
        )
        {
            if (RefusalOf(fault) is not { } refusal || !_expected.Contains(refusal))
            {
                faults.Add(fault);
            }
            else
            {
                missing.Remove(refusal);
            }
        }

        // The curves of a run are asked for once its job has begun, which the run may not have heard of yet.
        faults.RemoveAll(fault => RefusalOf(fault) is (404, var path) && EarlyRun().IsMatch(path));
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Empty(missing);
    }

    /// <summary>What was refused with which status, if that is what the browser wrote.</summary>
    private static (int Status, string Path)? RefusalOf(string fault) =>
        Refusal().Match(fault) is { Success: true } match
            ? (
                int.Parse(match.Groups["status"].Value, CultureInfo.InvariantCulture),
                new Uri(match.Groups["url"].Value).AbsolutePath
            )
            : null;

    [GeneratedRegex(
        @"\Aconsole error: Failed to load resource: the server responded with a status of (?<status>\d+) .*\((?<url>http\S+):\d+:\d+\)\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Refusal();

    [GeneratedRegex("/api/runs/[^/]+/metrics$", RegexOptions.ExplicitCapture)]
    private static partial Regex EarlyRun();

    /// <summary>What the browser itself writes of answers that a test brought about is no fault of the app.</summary>
    /// <param name="what">Such as <c>net::ERR_</c> for lost connections, or <c>status of 401</c>.</param>
    public void Forget(string what) => _forgotten.Add(what);

    /// <summary>axe-core finds nothing serious on the page as it is now.</summary>
    /// <summary>Shows the page in light or dark colours, as the system asks for them.</summary>
    public Task UseSchemeAsync(ColorScheme scheme) => Page.EmulateMediaAsync(new() { ColorScheme = scheme });

    /// <summary>No rule of axe finds anything serious.</summary>
    public Task AssertAccessibleAsync(string where) => AssertNoViolationsAsync(where, "{}");

    /// <summary>The same for the rule about colours alone.</summary>
    public Task AssertContrastAsync(string where) =>
        AssertNoViolationsAsync(where, "{ runOnly: { type: 'rule', values: ['color-contrast'] } }");

    private async Task AssertNoViolationsAsync(string where, string options)
    {
        if (!await Page.EvaluateAsync<bool>("'axe' in window"))
        {
            await Page.EvaluateAsync(_axe);
        }

        var found = await Page.EvaluateAsync<JsonElement>(
            $$"""
            async () => (await axe.run({{options}})).violations
              .filter(one => one.impact === 'serious' || one.impact === 'critical')
              .map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 200)).join(' | ')}`)
            """
        );
        Assert.True(found.GetArrayLength() == 0, $"{where}: {found}");
    }

    public async Task AssertNoSidewaysScrollAsync(string where)
    {
        var width = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
        Assert.True(width <= 0, $"{where} is {width} pixels wider than the screen.");
    }

    /// <summary>A header that is too high for its box lies over what follows.</summary>
    public async Task AssertHeaderFitsAsync(string where)
    {
        var height = await Page.EvaluateAsync<int>(
            "Math.max(0, ...[...document.querySelectorAll('.page-header')].map(header => header.scrollHeight - header.clientHeight))"
        );
        Assert.True(height <= 0, $"{where}: the header is {height} pixels higher than its box.");
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}
