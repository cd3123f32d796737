using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

/// <summary>A platform that asks for tokens, as one that is open to the network does.</summary>
public sealed class GuardedPlatform() : Browser(("Gateway__RequireTokens", "Always"));

[Trait("suite", "web")]
public sealed class Signing_in(GuardedPlatform browser) : IClassFixture<GuardedPlatform>
{
    [Fact]
    public async Task a_token_opens_the_app_until_one_signs_out()
    {
        var token = await browser.Platform.CreateTokenAsync("session");
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/jobs/new");
        await Expect(session.Heading("Sign in")).ToBeVisibleAsync();
        await session.AssertAccessibleAsync("the sign-in page");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await session.AssertAccessibleAsync("the sign-in page in the dark");

        await session.Field("Token").FillAsync("wrong");
        await session.Button("Sign in").ClickAsync();
        await Expect(session.Field("Token")).ToHaveAccessibleDescriptionAsync("Invalid, expired or revoked token.");
        await session.Field("Token").FillAsync(token);
        await page.Keyboard.PressAsync("Enter");
        await session.Field("Name").FillAsync("typed before");

        await session.Button("Appearance and language").ClickAsync();
        await session.Button("Sign out").ClickAsync();
        await session.Field("Token").FillAsync(token);
        await page.Keyboard.PressAsync("Enter");
        await Expect(session.Field("Name")).ToHaveValueAsync("typed before");
        await session
            .Field("Command")
            .FillAsync("""/usr/bin/python3 -c "import time; print('hello'); time.sleep(1); print('bye')" """);
        await session.Button("Submit").ClickAsync();
        await Expect(page.GetByText("bye")).ToBeVisibleAsync();
        await Expect(session.Status).ToHaveTextAsync("Succeeded");
        var download = await page.RunAndWaitForDownloadAsync(() => session.Button("Download log").ClickAsync());
        Assert.Equal("hello\nbye\n", await File.ReadAllTextAsync(await download.PathAsync()));
        Assert.DoesNotContain(token, page.Url, StringComparison.Ordinal);
        Assert.DoesNotContain(
            token,
            await page.EvaluateAsync<string>("JSON.stringify(sessionStorage) + document.cookie"),
            StringComparison.Ordinal
        );

        var otherTab = await page.Context.NewPageAsync();
        await otherTab.GotoAsync($"{browser.Platform.Url}/nodes");
        await Expect(otherTab.GetByRole(AriaRole.Heading, new() { Name = "Nodes" })).ToBeVisibleAsync();

        await session.Button("Appearance and language").ClickAsync();
        await session.Button("Sign out").ClickAsync();
        await Expect(session.Heading("Sign in")).ToBeVisibleAsync();
        await Expect(otherTab.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(session.Heading("Sign in")).ToBeVisibleAsync();
        session.Forget("status of 401");
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_viewer_reads_what_the_role_does_not_allow_before_trying_it()
    {
        const string Refusal = "Your role is viewer; ask an administrator.";
        var token = await browser.Platform.CreateTokenAsync("vera", "viewer");
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await session.GoAsync("/nodes");
        await session.Field("Token").FillAsync(token);
        await page.Keyboard.PressAsync("Enter");

        var drain = page.Locator("[data-node]").GetByRole(AriaRole.Button);
        await Expect(drain).ToBeDisabledAsync();
        await Expect(drain).ToHaveAccessibleDescriptionAsync(Refusal);
        await Expect(page.GetByText(Refusal)).ToBeHiddenAsync();
        await drain.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        // A screen that is touched shows no tooltips: what is pressed says why it does nothing.
        await Expect(page.GetByText(Refusal)).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await session.AssertAccessibleAsync("the nodes of a viewer");

        await session.Button("Appearance and language").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "Signed in as" })).ToHaveTextAsync("veraviewer");
        await page.Keyboard.PressAsync("Escape");

        await page.GetByRole(AriaRole.Link, new() { Name = "Jobs" }).ClickAsync();
        var submit = page.Locator(".page-header").GetByRole(AriaRole.Button, new() { Name = "New job" });
        await Expect(submit).ToBeDisabledAsync();
        await Expect(submit).ToHaveAccessibleDescriptionAsync(Refusal);
        await page.Keyboard.PressAsync("c");
        await Expect(session.Heading("You cannot submit jobs")).ToBeVisibleAsync();
        await Expect(page.GetByText(Refusal)).ToBeVisibleAsync();
        await Expect(session.Field("Name")).ToHaveCountAsync(0);
        session.Forget("status of 401");
        session.AssertNoFaults();
    }
}
