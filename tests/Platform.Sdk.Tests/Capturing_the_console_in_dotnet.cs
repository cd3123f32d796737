using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Platform.Sdk.Tests;

public sealed class Capturing_the_console_in_dotnet : SdkTest
{
    [Fact]
    public async Task keeps_what_a_program_prints_and_prints_it()
    {
        using var program = TrainingProgram.Start(["prints"], Folder.Path, Platform.Url, Spool);
        var (output, error, exitCode) = await TrainingProgram.EndAsync(program);

        Assert.Equal(0, exitCode);
        Assert.Equal("to standard output\n\r0 %\r50 %\r100 %\nno endafterwards\n", output);
        Assert.Equal("to \e[31mstandard error\e[0m\n", error);
        Assert.Equal(
            ["100 %", "no end", "to standard error", "to standard output"],
            Text().Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
        );
        Assert.All(Platform.Media, item => Assert.Equal("console", item["key"]!.GetValue<string>()));
    }

    [Fact]
    public async Task leaves_out_the_notices_of_the_sdk()
    {
        Platform.Stop();
        using var program = TrainingProgram.Start(["is killed"], Folder.Path, Platform.Url, Spool);
        var (_, error, _) = await TrainingProgram.EndAsync(program);
        Assert.Contains("platform: tracking is unavailable", error, StringComparison.Ordinal);
        Platform.Start();
        var run = Assert.Single(UnsentSpools.RunsIn(Spool));

        Assert.True(UnsentSpools.Send(Options(run), TimeSpan.FromSeconds(30), CancellationToken.None));

        Assert.Equal("printed\n", Text());
        Assert.Equal("interrupted", Platform.Status);
    }

    [Theory]
    [InlineData("a\nb\r\nc", "a|b|c")]
    [InlineData("\e[1ma\e[0m\n\n b \n", "a|| b ")]
    [InlineData("\r0 %\r50 %\r100 %\nend\n", "100 %|end")]
    [InlineData("0 %\r100 %\n", "100 %")]
    [InlineData("line\r\n\r", "line")]
    [InlineData("\ra 0\n\rb 0\e[A\ra 1\n\rb 1\e[A\ra 2\n\rb 2\nend\n", "a 2|b 2|end")]
    [InlineData("\r0 %\r100 %\r     \r", "")]
    [InlineData("\r0 %\r   \rline\n", "line")]
    public void keeps_how_progress_bars_ended(string printed, string kept) =>
        Assert.Equal(kept, Printed(ProgressBars.Last, printed));

    [Fact]
    public void may_keep_no_progress_bars() =>
        Assert.Equal("begin|end", Printed(ProgressBars.Off, "begin\n\r0 %\r50 %\r100 %\nend\n"));

    [Fact]
    public void may_keep_progress_bars_once_a_second() =>
        Assert.Equal(
            "a 1|a 3|a 4|end",
            Printed(ProgressBars.Second, "\ra 0", "\ra 1", "\ra 2", "\ra 3", "\ra 4\nend\n")
        );

    [Fact]
    public void cuts_lines_that_do_not_end()
    {
        var lines = new List<string>();
        var printed = new PrintedLines(lines.Add, ProgressBars.Last, TimeProvider.System);
        for (var i = 0; i < 100; i++)
        {
            printed.Feed(new string('a', 1000));
        }

        printed.End();

        Assert.Equal([66_000, 34_000], lines.Select(line => line.Length));
    }

    /// <summary>The lines that are kept of what is printed in pieces, half a second and a bit apart.</summary>
    private static string Printed(ProgressBars mode, params string[] pieces)
    {
        var lines = new List<string>();
        var clock = new FakeTimeProvider();
        var printed = new PrintedLines(lines.Add, mode, clock);
        foreach (var piece in pieces)
        {
            printed.Feed(piece);
            clock.Advance(TimeSpan.FromSeconds(0.6));
        }

        printed.End();
        return string.Join('|', lines);
    }

    private string Text() => string.Concat(Platform.Files.Values.Select(Encoding.UTF8.GetString));
}
