using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

/// <summary>A platform that asks for tokens, as one that is open to the network does.</summary>
public sealed class GuardedPlatform() : Browser(("Gateway__RequireTokens", "Always"));

[Trait("suite", "web")]
public sealed class Signing_in(GuardedPlatform browser) : IClassFixture<GuardedPlatform>
{
    [Fact]
    public async Task A_token_opens_the_app_until_one_signs_out()
    {
        var token = await browser.Platform.CreateTokenAsync("visitor");
        await using var visitor = await browser.VisitAsync();
        var page = visitor.Page;
        await visitor.GoAsync("/jobs/new");
        await Expect(visitor.Field("Name")).ToBeVisibleAsync();
        await visitor.Field("Name").FillAsync("typed before");
        await visitor.GoAsync("/nodes");
        await Expect(visitor.Heading("Sign in")).ToBeVisibleAsync();
        await visitor.AssertAccessibleAsync("the sign-in page");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await visitor.AssertAccessibleAsync("the sign-in page in the dark");

        await visitor.Field("Token").FillAsync("wrong");
        await visitor.Button("Sign in").ClickAsync();
        await Expect(visitor.Field("Token"))
            .ToHaveAccessibleDescriptionAsync("This token is not valid, has ended or was revoked.");
        await visitor.Field("Token").FillAsync(token);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("[data-node]")).ToBeVisibleAsync();

        await visitor.GoAsync("/jobs/new");
        await Expect(visitor.Field("Name")).ToHaveValueAsync("typed before");
        await visitor
            .Field("Command")
            .FillAsync("""/usr/bin/python3 -c "import time; print('hello'); time.sleep(1); print('bye')" """);
        await visitor.Button("Submit").ClickAsync();
        await Expect(page.GetByText("bye")).ToBeVisibleAsync();
        await Expect(visitor.Status).ToHaveTextAsync("succeeded");
        var download = await page.RunAndWaitForDownloadAsync(() => visitor.Button("Download the log").ClickAsync());
        Assert.Equal("hello\nbye\n", await File.ReadAllTextAsync(await download.PathAsync()));
        Assert.DoesNotContain(token, page.Url, StringComparison.Ordinal);
        Assert.DoesNotContain(
            token,
            await page.EvaluateAsync<string>("JSON.stringify(localStorage) + document.cookie"),
            StringComparison.Ordinal
        );

        await visitor.Button("Appearance and language").ClickAsync();
        await visitor.Button("Sign out").ClickAsync();
        await Expect(visitor.Heading("Sign in")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(visitor.Heading("Sign in")).ToBeVisibleAsync();
        visitor.Forget("status of 401");
        visitor.AssertNoFaults();
    }
}
