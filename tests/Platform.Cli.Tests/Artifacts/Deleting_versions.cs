using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Artifacts;

public sealed class Deleting_versions
{
    [Theory]
    [InlineData("model:7", "model:7")]
    [InlineData("model:production", "model:3")]
    public async Task names_one_by_number_or_alias(string text, string id)
    {
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("artifacts", "delete", text);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("POST /api/artifacts/versions/delete", platform.Requests[^1].Line);
        Assert.Contains($"\"{id}\"", platform.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task never_means_all_versions_of_an_artifact()
    {
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("artifacts", "delete", "model");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("name one, such as model:3", result.Error, StringComparison.Ordinal);
        Assert.Empty(platform.Requests);
    }

    [Fact]
    public async Task can_be_undone()
    {
        await using var platform = await StartAsync();

        Assert.Equal(0, (await platform.RunAsync("artifacts", "restore", "model:7")).ExitCode);

        Assert.Equal("POST /api/artifacts/model/versions/7/restore", platform.Requests[^1].Line);
    }

    private static Task<FakePlatform> StartAsync() =>
        FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(
                HttpMethods.IsGet(context.Request.Method)
                    ? """{"version":3}"""
                    : """{"items":[{"id":"model:3","done":true}]}"""
            );
        });
}
