using System.Globalization;
using System.Text;

namespace Platform.Sdk.Tests;

/// <summary>Whatever a script passes, no call raises an exception, and what cannot be stored costs nothing else.</summary>
public sealed class Tracking_any_value_in_python : PythonTest
{
    /// <summary>Values of all kinds at random, also within others, and objects of which every method fails.</summary>
    private const string AnyValue = """
        import datetime, decimal, fractions, random

        class Broken:
            def __str__(self): raise RuntimeError("no text")
            def __float__(self): raise KeyError("no number")
            def __iter__(self): raise ValueError("no items")
            def item(self): raise OSError("no item")
            def tolist(self): raise MemoryError("no list")

        class Array:
            def __init__(self, *content): self.content = content
            def item(self):
                if len(self.content) != 1: raise ValueError("more than one element")
                return self.content[0]
            def tolist(self): return list(self.content)

        cycle = {}
        cycle["cycle"] = [cycle, cycle]
        deep = 1
        for _ in range(3000): deep = [deep]
        plain = [None, True, 0, -1, 2**53, 10**400, 10**5000, 0.5, float("nan"), float("inf"), "", "abc", "0.5", "a\0b", "\ud800",
            "🎉" * 20000, b"\xff", 1j, decimal.Decimal("0.1"), decimal.Decimal("sNaN"), fractions.Fraction(1, 3), Broken(), object,
            Array(1.5), Array(1, 2), Array(), datetime.datetime.max, datetime.date.min, range(3), len, cycle, deep, time.time() * 1000]

        def any_value(random, depth=0):
            kind = random.randrange(8)
            if kind == 0 and depth < 4: return [any_value(random, depth + 1) for _ in range(random.randrange(4))]
            if kind == 1 and depth < 4:
                return {random.choice(["a", 1, None, "\ud800", "x" * 300, ""]): any_value(random, depth + 1) for _ in range(3)}
            if kind == 2 and depth < 4: return (any_value(random, depth + 1),)
            return random.choice(plain)

        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task raises_no_exception_and_keeps_what_can_be_stored(int seed)
    {
        const int Rounds = 150;
        await RunAsync(
            $$"""
            {{AnyValue}}
            random = random.Random({{seed.ToString(CultureInfo.InvariantCulture)}})
            any = lambda: any_value(random)
            run = tracking.init(name=any(), project=any(), parameters=any(), tags=any())
            for i in range({{Rounds.ToString(CultureInfo.InvariantCulture)}}):
                run.log({"good": i, "odd": any()})
                run.log(any())
                run.log({"odd": 1}, step=any(), stage=any(), at=any())
                run.parameters({"good %d" % i: i, "odd %d" % i: any()})
                run.parameters(any())
                run.summary({"odd": any()})
                run.tags({"odd": any()})
                run.tags(any())
                run.artifact(any(), any(), any())
            report = run.finish()
            assert report.waiting == 0, report
            """
        );

        Assert.Equal(
            Enumerable.Range(0, Rounds),
            Platform
                .Points.Where(p => p["key"]!.GetValue<string>() == "good")
                .Select(p => (int)p["value"]!.GetValue<double>())
        );
        var parameters = Platform.Merged["parameters"]!.AsObject();
        Assert.All(Enumerable.Range(0, Rounds), i => Assert.Equal(i, parameters[$"good {i}"]!.GetValue<int>()));
        Assert.Equal("finished", Platform.Status);
    }

    [Fact]
    public async Task loses_one_of_a_thousand_points_when_one_is_refused()
    {
        Platform.RefusedKey = "bad";
        var output = await RunAsync(
            """
            run = tracking.init()
            for i in range(500): run.log({"before": i})
            run.log({"bad": 1})
            for i in range(500): run.log({"after": i})
            report = run.flush(20)
            print(report.stored, report.refused, report.waiting, bool(report))
            """
        );

        Assert.Equal("1000 1 0 True", output.Trim());
        Assert.Equal(1000, Platform.Points.Count);
    }

    [Fact]
    public async Task cuts_a_parameter_that_is_too_long_and_keeps_the_others()
    {
        await RunAsync("tracking.init(parameters={'lr': 0.1, 'prompt': 'x' * 20000, 'emoji': '🎉' * 20000})");

        var parameters = Platform.Merged["parameters"]!.AsObject();
        Assert.Equal(0.1, parameters["lr"]!.GetValue<double>());
        Assert.EndsWith("xxx…", parameters["prompt"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.EndsWith("🎉…", parameters["emoji"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.All(
            ["prompt", "emoji"],
            name => Assert.InRange(Encoding.UTF8.GetByteCount(parameters[name]!.GetValue<string>()), 14_000, 16 * 1024)
        );
    }

    [Theory]
    [InlineData("time.time() * 1000", false)]
    [InlineData("-6.3e10", false)]
    [InlineData("float('nan')", false)]
    [InlineData("time.time()", true)]
    [InlineData("datetime.datetime.now()", true)]
    [InlineData("datetime.datetime.now(datetime.timezone.utc)", true)]
    public async Task takes_times_in_seconds_and_as_datetime(string at, bool stored)
    {
        await RunAsync(
            $$"""
            import datetime
            run = tracking.init()
            run.log({"x": 1}, at={{at}})
            run.log({"y": 1})
            """
        );

        Assert.Equal(stored ? ["x", "y"] : ["y"], Platform.Points.Select(p => p["key"]!.GetValue<string>()).Order());
        Assert.Equal("finished", Platform.Status);
    }

    [Fact]
    public async Task makes_names_valid_and_says_so()
    {
        await File.WriteAllTextAsync(Folder.In("weights"), "1");
        await RunAsync(
            """
            run = tracking.init(name="n" * 300, project="my project/../ünï")
            run.log({"loss": 1})
            run.artifact("weights", name="my model")
            """
        );

        Assert.Equal("my-project/-n-", Platform.Run!["project"]!.GetValue<string>());
        Assert.Equal(new string('n', 250), Platform.Run["name"]!.GetValue<string>());
        Assert.Equal("my-model", Assert.Single(Platform.Versions).Name);
        Assert.Single(Platform.Points);
    }

    [Fact]
    public async Task counts_what_is_logged_after_the_end_as_refused()
    {
        var output = await RunAsync(
            """
            run = tracking.init()
            run.log({"loss": 1})
            print(*run.finish())
            run.log({"loss": 2})
            run.summary({"accuracy": 1})
            print(*run.flush())
            """
        );

        Assert.Equal("1 0 0\n1 2 0", output.Trim());
    }
}
