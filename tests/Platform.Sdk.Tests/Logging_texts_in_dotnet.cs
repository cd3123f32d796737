using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Sdk.Logging;

namespace Platform.Sdk.Tests;

public sealed class Logging_texts_in_dotnet : SdkTest
{
    [Fact]
    public void stores_lines_in_parts_that_never_change()
    {
        var run = Start();
        run.LogText("first");
        run.LogText("second\nthird\n");
        Assert.True(run.Flush(TimeSpan.FromSeconds(30)).IsComplete);
        run.LogText("fourth");
        Assert.Equal(new TrackingReport(2, 0, 0), run.Finish());

        Assert.Equal(["first\nsecond\nthird\n", "fourth\n"], PartsOf("log"));
        Assert.Equal([1L, 2L], Platform.Media.Select(item => item["step"]!.GetValue<long>()));
        Assert.All(Platform.Media, item => Assert.Equal("text", item["kind"]!.GetValue<string>()));
        Assert.Matches(@"^logs/log/\d{16}-\d+-000001\.txt$", Platform.Media[0]["path"]!.GetValue<string>());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
    }

    [Fact]
    public async Task stores_them_while_the_run_goes_on()
    {
        using var run = Start();
        run.LogText("first");

        await WaitFor.ConditionAsync("the text", () => Task.FromResult(Platform.Media.Count == 1));
    }

    [Fact]
    public void keeps_names_apart_that_are_the_same_in_a_path()
    {
        using (var run = Start())
        {
            run.LogText("a", "log/a");
            run.LogText("b", "log a");
        }

        Assert.Equal(["a\n"], PartsOf("log/a"));
        Assert.Equal(["b\n"], PartsOf("log a"));
        Assert.Equal(2, Platform.Files.Count);
    }

    [Fact]
    public void refuses_what_is_none_alone()
    {
        var run = Start();
        run.LogText(null!);
        run.LogText("a", "");
        run.LogText("a", " ");
        run.LogText(new string('a', 20 << 20));
        run.LogText("kept");

        Assert.Equal(new TrackingReport(1, 4, 0), run.Finish());
        Assert.Equal(["kept\n"], PartsOf("log"));
    }

    [Fact]
    public void takes_what_a_program_logs()
    {
        var run = Start();
        using (
            var services = new ServiceCollection()
                .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddTrackedRun(run, "program"))
                .BuildServiceProvider()
        )
        {
            var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Training");
            logger.LogDebug("epoch {Epoch}", 1);
            logger.LogTrace("below the least level");
            logger.LogError(new InvalidOperationException("as told"), "failed");
            run.Finish();
            logger.LogInformation("after the end");
        }

        var text = Assert.Single(PartsOf("program"));
        Assert.Equal(
            "debug Training: epoch 1\nerror Training: failed\nSystem.InvalidOperationException: as told\n",
            text
        );
        Assert.Equal(new TrackingReport(1, 0, 0), run.Finish());
    }

    private string[] PartsOf(string name) =>
        [
            .. Platform
                .Media.Where(item => item["key"]!.GetValue<string>() == name)
                .Select(item => System.Text.Encoding.UTF8.GetString(Platform.Files[item["path"]!.GetValue<string>()])),
        ];
}
