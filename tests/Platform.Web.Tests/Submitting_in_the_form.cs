using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Collection("platform")]
public sealed class Submitting_in_the_form(Browser browser)
{
    [Fact]
    public async Task mistakes_are_shown_each_beside_its_field_and_what_was_typed_is_kept()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        session.ExpectRefusal(400, "/api/jobs");
        await session.GoAsync("/jobs/new");
        await session.Field("Name").FillAsync("kept");
        await session.Field("Project").FillAsync("../bad");
        await session.Field("GPUs").FillAsync("many");
        await session.Button("Submit").ClickAsync();
        await Expect(session.Field("GPUs")).ToHaveAccessibleDescriptionAsync("Not a number.");
        await Expect(session.Field("Command")).ToBeFocusedAsync();

        await session.Field("GPUs").FillAsync("-1");
        await session.Field("Environment").FillAsync("GOOD=1\n1BAD=2");
        await session.Button("Add file").ClickAsync();
        await session.Field("Path").First.FillAsync("train.py");
        await session.Button("Add file").ClickAsync();
        await session.Field("Path").Last.FillAsync("../outside.py");
        await session.Button("Add input").ClickAsync();
        await session.Field("Artifact").FillAsync("fine:latest");
        await session.Field("Folder").FillAsync("/abs");
        await session.Button("Submit").ClickAsync();

        await Expect(session.Field("Project")).ToBeFocusedAsync();
        await ExpectErrorAsync(session.Field("Command"), "Enter a command.");
        await ExpectErrorAsync(session.Field("Project"), "separated by slashes");
        await ExpectErrorAsync(session.Field("GPUs"), "Must be between 0 and");
        await ExpectErrorAsync(session.Field("Environment"), "1BAD: ");
        await ExpectErrorAsync(session.Field("Path").Last, "Must be a relative path");
        await ExpectErrorAsync(session.Field("Folder"), "Must be a relative path");
        await Expect(session.Field("Path").First).ToHaveAttributeAsync("aria-invalid", "false");
        await Expect(session.Field("Artifact")).ToHaveAttributeAsync("aria-invalid", "false");
        await Expect(page.Locator("[aria-invalid='true']")).ToHaveCountAsync(6);

        await Expect(session.Field("Name")).ToHaveValueAsync("kept");
        await Expect(session.Field("Project")).ToHaveValueAsync("../bad");
        await Expect(session.Field("Path").Last).ToHaveValueAsync("../outside.py");
        await session.AssertAccessibleAsync("the form with mistakes");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await session.AssertAccessibleAsync("the form with mistakes in the dark");

        await page.ReloadAsync();
        await Expect(session.Field("Project")).ToHaveValueAsync("../bad");
        await Expect(session.Field("Environment")).ToHaveValueAsync("GOOD=1\n1BAD=2");
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_corrected_field_has_no_error_and_the_first_wrong_one_is_in_sight_with_its_label()
    {
        await using var session = await browser.OpenAsync();
        var page = session.Page;
        await page.SetViewportSizeAsync(1360, 500);
        await session.GoAsync("/jobs/new");
        await session.Field("Name").FillAsync("corrected");
        await session.Field("CPUs").FillAsync("a few");
        await session.Field("Priority (0–100)").FillAsync("high");
        await session.Button("Submit").ClickAsync();
        await Expect(session.Field("Command")).ToBeFocusedAsync();
        await Expect(session.Page.GetByText("Fix the marked fields.")).ToBeVisibleAsync();
        var bar = (await page.Locator(".top-bar").BoundingBoxAsync())!;
        var label = (await page.GetByText("Command", new() { Exact = true }).BoundingBoxAsync())!;
        Assert.InRange(label.Y, bar.Y + bar.Height, 500);

        await session.Field("Command").FillAsync("true");
        await session.Field("CPUs").FillAsync("0.1");
        await Expect(session.Field("CPUs")).ToHaveAttributeAsync("aria-invalid", "false");
        await Expect(session.Field("CPUs")).ToBeFocusedAsync();
        await ExpectErrorAsync(session.Field("Priority (0–100)"), "Not a number.");
        await session.Field("Priority (0–100)").FillAsync("10");
        await Expect(page.Locator(".field-error")).ToHaveCountAsync(0);
        await Expect(session.Page.GetByText("Fix the marked fields.")).ToHaveCountAsync(0);
        session.AssertNoFaults();
    }

    [Fact]
    public async Task mistakes_that_the_platform_finds_are_told_in_the_chosen_language()
    {
        await using var session = await browser.OpenAsync(locale: "zh-CN");
        session.ExpectRefusal(400, "/api/jobs");
        await session.GoAsync("/jobs/new");
        await session.Field("GPU").FillAsync("-1");
        await session.Button("提交").ClickAsync();
        await ExpectErrorAsync(session.Field("名称"), "请填写名称。");
        await ExpectErrorAsync(session.Field("命令"), "请填写命令。");
        await ExpectErrorAsync(session.Field("GPU"), "须在 0 到");
        session.AssertNoFaults();
    }

    [Fact]
    public async Task a_reason_for_waiting_is_told_in_the_chosen_language()
    {
        var id = await browser.Platform.Api.SubmitAsync(
            new
            {
                name = "too large",
                command = new[] { "true" },
                resources = new { gpus = 64 },
            }
        );
        await using var session = await browser.OpenAsync(locale: "zh-CN");
        await session.GoAsync($"/jobs/{id}");
        await Expect(session.Page.GetByText("需要 64 个 GPU；最大的节点只有 0").First).ToBeVisibleAsync();
        session.AssertNoFaults();
    }

    [Fact]
    public async Task two_files_with_one_path_are_refused_before_they_are_sent()
    {
        await using var session = await browser.OpenAsync();
        await session.GoAsync("/jobs/new");
        foreach (var text in new[] { "one", "two" })
        {
            await session.Button("Add file").ClickAsync();
            await session.Field("Path").Last.FillAsync("same.py");
            await session.Field("Text").Last.FillAsync(text);
        }

        await session.Button("Submit").ClickAsync();

        await ExpectErrorAsync(session.Field("Path").First, "Two files have this path.");
        await ExpectErrorAsync(session.Field("Path").Last, "Two files have this path.");
        session.AssertNoFaults();
    }

    private static async Task ExpectErrorAsync(ILocator field, string message)
    {
        await Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(field.Locator("xpath=../p[contains(@class,'field-error')]")).ToContainTextAsync(message);
    }
}
