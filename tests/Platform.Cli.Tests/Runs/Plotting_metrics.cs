using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Runs;

public sealed class Plotting_metrics
{
    private const string One = "019a0000-0000-7000-8000-000000000001";
    private const string Other = "019a0000-0000-7000-8000-000000000002";

    [Fact]
    public async Task draws_the_curves_of_several_runs_in_one_plot_for_each_metric()
    {
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("runs", "metrics", One, Other, "--plot");

        Assert.Equal(0, result.ExitCode);
        var lines = result.Output.Split('\n');
        Assert.Equal("loss", lines[0]);
        Assert.Equal($"*  {One}  last 1, min 1, max 3", lines[23]);
        Assert.Equal($"+  {Other}  last NaN, min 0, max 0", lines[24]);
        Assert.Contains("accuracy", lines);
        Assert.All(result.Output, character => Assert.True(char.IsAscii(character)));
        Assert.All(lines, line => Assert.True(line.Length <= 80));
        Assert.Contains("points=1000", platform.Requests[^1].Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task prints_CSV_with_times()
    {
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("runs", "metrics", One, "--csv", "--keys", "loss");

        Assert.Equal(
            $"run,metric,step,at,value\n{One},loss,1,2026-01-02T03:04:05Z,3\n{One},loss,2,2026-01-02T03:04:06Z,1\n",
            result.Output
        );
    }

    private static Task<FakePlatform> StartAsync() =>
        FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            var path = context.Request.Path.Value!;
            return context.Response.WriteAsync(
                path.Contains(Other, StringComparison.Ordinal)
                    ? """{"series":[{"key":"loss","steps":[1,2],"times":["2026-01-02T03:04:05Z","2026-01-02T03:04:06Z"],"values":[0,"NaN"]},{"key":"accuracy","steps":[1],"times":["2026-01-02T03:04:05Z"],"values":[1]}]}"""
                    : """{"series":[{"key":"loss","steps":[1,2],"times":["2026-01-02T03:04:05Z","2026-01-02T03:04:06Z"],"values":[3,1]}]}"""
            );
        });
}
