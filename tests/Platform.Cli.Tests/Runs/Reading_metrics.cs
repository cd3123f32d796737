using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Runs;

public sealed class Reading_metrics
{
    private const string Run = "019a0000-0000-7000-8000-000000000001";

    [Theory]
    [InlineData("nope", "nope has not been logged. The run has logged loss, accuracy.")]
    [InlineData("nope,loss,neither", "nope, neither have not been logged. The run has logged loss, accuracy.")]
    public async Task names_those_that_there_are_when_one_was_not_logged(string keys, string problem)
    {
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("runs", "metrics", Run, "--keys", keys);

        Assert.Equal((1, "", $"platform: {problem}\n"), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task prints_those_that_are_asked_for()
    {
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("runs", "metrics", Run, "--keys", "loss");

        Assert.Equal("METRIC\tSTEP\tVALUE\nloss\t1\t0.5\n", result.Output);
    }

    private static Task<FakePlatform> StartAsync() =>
        FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(
                context.Request.Path.Value!.EndsWith("/keys", StringComparison.Ordinal)
                    ? """{"items":[{"key":"loss"},{"key":"accuracy"}]}"""
                    : """{"series":[{"key":"loss","steps":[1],"values":[0.5]}]}"""
            );
        });
}
