using Microsoft.Playwright;

namespace Platform.Web.Tests.Harness;

/// <summary>Debian's Chromium without its windows, and a platform of its own, shared by tests.</summary>
public class Browser : IAsyncLifetime
{
    private static readonly string[] _flags =
    [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];

    private readonly TestFolder _folder = new();
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Browser()
        : this(settings: []) { }

    /// <param name="settings">Environment variables that configure the platform.</param>
    protected Browser(params (string Name, string Value)[] settings) =>
        Platform = new StandalonePlatform(_folder.Path, settings);

    public StandalonePlatform Platform { get; }

    public virtual async Task InitializeAsync()
    {
        // A busy machine draws slowly; a test that waits longer than this has found something.
        Assertions.SetDefaultExpectTimeout(30_000);
        Assert.True(
            File.Exists(Repository.PathOf("frontend", "dist", "index.html")),
            "The web app was not built. In frontend/: npm ci && npm run build"
        );
        await Platform.UpAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium-headless-shell", Args = _flags }
        );
    }

    public virtual async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
        await Platform.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A new session without cookies or storage.</summary>
    /// <param name="url">Where the browser finds the platform, if that is not its own address.</param>
    internal async Task<BrowserSession> OpenAsync(
        ColorScheme scheme = ColorScheme.Light,
        string locale = "en-US",
        int width = 1360,
        string? url = null
    )
    {
        url ??= Platform.Url;
        var context = await _browser!.NewContextAsync(
            new BrowserNewContextOptions
            {
                BaseURL = url,
                ColorScheme = scheme,
                Locale = locale,
                ViewportSize = new ViewportSize { Width = width, Height = 844 },
                AcceptDownloads = true,
                Permissions = ["clipboard-read", "clipboard-write"],
            }
        );
        return await BrowserSession.OpenAsync(context, new Uri(url));
    }
}

/// <summary>Tests that share one platform and do not mind each other's jobs.</summary>
[CollectionDefinition("platform")]
public sealed class PlatformCollection : ICollectionFixture<Browser>;

/// <summary>Tests that measure: nothing else runs beside them.</summary>
[CollectionDefinition("measured", DisableParallelization = true)]
public sealed class MeasuredCollection : ICollectionFixture<ManyJobs>;
