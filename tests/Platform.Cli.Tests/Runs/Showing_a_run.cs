using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Runs;

public sealed class Showing_a_run
{
    private const string Run = "019a0000-0000-7000-8000-000000000001";

    [Fact]
    public async Task names_what_its_SDK_could_not_store()
    {
        var output = await ShowAsync(
            """{"refused":3,"cut":1,"notices":["lr is not stored: no number","long is cut\u001b[31m"]}"""
        );

        Assert.Matches(@"not stored\s+3 values; changed to be stored: 1\n", output);
        Assert.Contains("lr is not stored: no number\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public async Task says_nothing_of_that_when_there_was_nothing() =>
        Assert.DoesNotContain("not stored", await ShowAsync("null"), StringComparison.Ordinal);

    private static async Task<string> ShowAsync(string losses)
    {
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(
                $$"""{"id":"{{Run}}","name":"digits","project":"cv","status":"finished","createdAt":"2026-01-02T03:04:05Z","losses":{{losses}}}"""
            );
        });
        return (await platform.RunAsync("runs", "show", Run)).Output;
    }
}
