using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Collection("platform")]
public sealed class Submitting_in_the_form(Browser browser)
{
    [Fact]
    public async Task Mistakes_are_shown_each_beside_its_field_and_what_was_typed_is_kept()
    {
        await using var visitor = await browser.VisitAsync();
        var page = visitor.Page;
        await visitor.GoAsync("/jobs/new");
        await visitor.Field("Name").FillAsync("kept");
        await visitor.Field("Project").FillAsync("../bad");
        await visitor.Field("GPUs").FillAsync("many");
        await visitor.Button("Submit").ClickAsync();
        await Expect(visitor.Field("GPUs")).ToHaveAccessibleDescriptionAsync("This is not a number.");
        await Expect(visitor.Field("GPUs")).ToBeFocusedAsync();

        await visitor.Field("GPUs").FillAsync("-1");
        await visitor.Field("Environment").FillAsync("GOOD=1\n1BAD=2");
        await visitor.Button("Add a file").ClickAsync();
        await visitor.Field("Path").First.FillAsync("train.py");
        await visitor.Button("Add a file").ClickAsync();
        await visitor.Field("Path").Last.FillAsync("../outside.py");
        await visitor.Button("Add an input").ClickAsync();
        await visitor.Field("Artifact").FillAsync("fine:latest");
        await visitor.Field("Folder").FillAsync("/abs");
        await visitor.Button("Submit").ClickAsync();

        await Expect(visitor.Field("Project")).ToBeFocusedAsync();
        await ExpectMistakeAsync(visitor.Field("Command"), "A command has 1 to");
        await ExpectMistakeAsync(visitor.Field("Project"), "project");
        await ExpectMistakeAsync(visitor.Field("GPUs"), "It is 0 to");
        await ExpectMistakeAsync(visitor.Field("Environment"), "1BAD: ");
        await ExpectMistakeAsync(visitor.Field("Path").Last, "A path is relative");
        await ExpectMistakeAsync(visitor.Field("Folder"), "A path is relative");
        await Expect(visitor.Field("Path").First).ToHaveAttributeAsync("aria-invalid", "false");
        await Expect(visitor.Field("Artifact")).ToHaveAttributeAsync("aria-invalid", "false");
        await Expect(page.Locator("[aria-invalid='true']")).ToHaveCountAsync(6);

        await Expect(visitor.Field("Name")).ToHaveValueAsync("kept");
        await Expect(visitor.Field("Project")).ToHaveValueAsync("../bad");
        await Expect(visitor.Field("Path").Last).ToHaveValueAsync("../outside.py");
        await visitor.AssertAccessibleAsync("the form with mistakes");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await visitor.AssertAccessibleAsync("the form with mistakes in the dark");

        await page.ReloadAsync();
        await Expect(visitor.Field("Project")).ToHaveValueAsync("../bad");
        await Expect(visitor.Field("Environment")).ToHaveValueAsync("GOOD=1\n1BAD=2");
        visitor.AssertNoFaults();
    }

    [Fact]
    public async Task Mistakes_that_the_platform_finds_are_told_in_the_chosen_language()
    {
        await using var visitor = await browser.VisitAsync(locale: "zh-CN");
        await visitor.GoAsync("/jobs/new");
        await visitor.Field("GPU").FillAsync("-1");
        await visitor.Button("提交").ClickAsync();
        await ExpectMistakeAsync(visitor.Field("名称"), "名称为 1 到");
        await ExpectMistakeAsync(visitor.Field("命令"), "命令有 1 到");
        await ExpectMistakeAsync(visitor.Field("GPU"), "须在 0 到");
        visitor.AssertNoFaults();
    }

    [Fact]
    public async Task Two_files_with_one_path_are_refused_before_they_are_sent()
    {
        await using var visitor = await browser.VisitAsync();
        await visitor.GoAsync("/jobs/new");
        foreach (var text in new[] { "one", "two" })
        {
            await visitor.Button("Add a file").ClickAsync();
            await visitor.Field("Path").Last.FillAsync("same.py");
            await visitor.Field("Text").Last.FillAsync(text);
        }

        await visitor.Button("Submit").ClickAsync();

        await ExpectMistakeAsync(visitor.Field("Path").First, "Two files have this path.");
        await ExpectMistakeAsync(visitor.Field("Path").Last, "Two files have this path.");
        visitor.AssertNoFaults();
    }

    private static async Task ExpectMistakeAsync(ILocator field, string message)
    {
        await Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(field.Locator("xpath=../p[contains(@class,'field-error')]")).ToContainTextAsync(message);
    }
}
