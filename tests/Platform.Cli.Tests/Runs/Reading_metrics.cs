using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Runs;

public sealed class Reading_metrics
{
    private const string Run = "019a0000-0000-7000-8000-000000000001";

    [Theory]
    [InlineData("nope", "nope has not been logged. The run RUN has logged loss, accuracy.")]
    [InlineData("nope,loss,neither", "nope, neither have not been logged. The run RUN has logged loss, accuracy.")]
    public async Task names_those_that_there_are_when_one_was_not_logged(string keys, string problem)
    {
        await using var platform = await StartAsync("loss", "accuracy");

        var result = await platform.RunAsync("runs", "metrics", Run, "--keys", keys);

        problem = problem.Replace("RUN", Run, StringComparison.Ordinal);
        Assert.Equal((1, "", $"platform: {problem}\n"), (result.ExitCode, result.Output, result.Error));
    }

    [Theory]
    [InlineData(0, "has logged no metrics.")]
    [InlineData(10, "has logged m0, m1, m2, m3, m4, m5, m6, m7, m8, m9.")]
    [InlineData(43, "has logged m0, m1, m2, m3, m4, m5, m6, m7, m8, m9 and 33 more.")]
    public async Task names_the_first_of_many(int count, string end)
    {
        await using var platform = await StartAsync([.. Enumerable.Range(0, count).Select(i => $"m{i}")]);

        var result = await platform.RunAsync("runs", "metrics", Run, "--keys", "nope");

        Assert.Equal($"platform: nope has not been logged. The run {Run} {end}\n", result.Error);
    }

    [Fact]
    public async Task prints_those_that_are_asked_for()
    {
        await using var platform = await StartAsync("loss", "accuracy");

        var result = await platform.RunAsync("runs", "metrics", Run, "--keys", "loss");

        Assert.Equal("METRIC\tSTEP\tVALUE\nloss\t1\t0.5\n", result.Output);
    }

    private static Task<FakePlatform> StartAsync(params string[] keys)
    {
        var items = string.Join(",", keys.Select(key => $"{{\"key\":\"{key}\"}}"));
        return FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(
                context.Request.Path.Value!.EndsWith("/keys", StringComparison.Ordinal)
                    ? $$"""{"items":[{{items}}]}"""
                    : """{"series":[{"key":"loss","steps":[1],"values":[0.5]}]}"""
            );
        });
    }
}
