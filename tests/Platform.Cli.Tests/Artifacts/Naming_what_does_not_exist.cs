using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Artifacts;

public sealed class Naming_what_does_not_exist
{
    [Theory]
    [InlineData("show nothing")]
    [InlineData("show nothing:3")]
    [InlineData("download nothing")]
    [InlineData("alias nothing production")]
    [InlineData("delete nothing:production")]
    public async Task says_that_there_is_no_such_artifact(string command)
    {
        var result = await RunAsync(command);

        Assert.Equal((1, "platform: There is no artifact 'nothing'.\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task says_that_there_is_no_such_version() =>
        Assert.Equal("platform: There is no version '9'.\n", (await RunAsync("show some:9")).Error);

    [Fact]
    public async Task says_that_all_versions_are_deleted() =>
        Assert.Equal(
            "platform: All versions of 'bin' are deleted. './platform artifacts show bin --deleted' lists them.\n",
            (await RunAsync("show bin")).Error
        );

    /// <summary>Runs a command where <c>some</c> has versions, <c>bin</c> only deleted ones, and nothing else is there.</summary>
    private static async Task<CommandResult> RunAsync(string command)
    {
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            var path = context.Request.Path.Value!;
            var isThere = path is "/api/artifacts/some" or "/api/artifacts/bin";
            context.Response.StatusCode = isThere ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
            return context.Response.WriteAsync(
                path is "/api/artifacts/some" ? """{"latestVersion":3}"""
                : path is "/api/artifacts/bin" ? """{"latestVersion":null}"""
                : path.Contains("/versions/", StringComparison.Ordinal)
                    ? $$"""{"detail":"There is no version '{{path[(path.LastIndexOf('/') + 1)..]}}'."}"""
                : """{"detail":"There is no artifact 'nothing'."}"""
            );
        });
        return await platform.RunAsync(["artifacts", .. command.Split(' ')]);
    }
}
