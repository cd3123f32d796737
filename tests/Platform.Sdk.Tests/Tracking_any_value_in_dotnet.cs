using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;

namespace Platform.Sdk.Tests;

/// <summary>What a training passes, whatever it is: nothing throws, and what can't be stored costs no other.</summary>
public sealed class Tracking_any_value_in_dotnet : SdkTest
{
    public static TheoryData<string, object?, string?> Values =>
        new()
        {
            { "null", null, "null" },
            { "half a character", "a\ud800b", "\"a\uFFFDb\"" },
            { "NUL", new[] { "a\0b" }, "[\"a\uFFFDb\"]" },
            { "no numbers", new[] { double.NaN, double.NegativeInfinity }, """["NaN","-Infinity"]""" },
            { "one without an end", Counting(), null },
            { "a type", typeof(int), "\"System.Int32\"" },
            { "a great number", BigInteger.Pow(10, 40), "\"10000000000000000000000000000000000000000\"" },
            {
                "a table",
                new[,]
                {
                    { 1, 2 },
                    { 3, 4 },
                },
                "[[1,2],[3,4]]"
            },
            { "a decimal", 1.5m, "1.5" },
            { "an enumeration", DayOfWeek.Monday, "\"Monday\"" },
            { "what throws", new Throwing(), null },
            { "what is deep", Deep(1000), null },
            { "many", new int[100_000], null },
        };

    [Theory]
    [MemberData(nameof(Values))]
    public void stores_or_refuses_a_value_alone(string name, object? value, string? stored)
    {
        var run = Start();
        run.Parameter(name, value);
        run.Parameter("lr", 0.1);
        var report = run.Finish();

        var parameters = Platform.Merged["parameters"]!.AsObject();
        Assert.Equal(0.1, parameters["lr"]!.GetValue<double>());
        Assert.Equal(stored is not null, parameters.ContainsKey(name));
        Assert.Equal(stored ?? "null", JsonSerializer.Serialize(parameters[name], _readable));
        Assert.Equal(stored is null ? new TrackingReport(1, 1, 0) : new TrackingReport(2, 0, 0), report);
    }

    [Fact]
    public void ends_cycles()
    {
        var cycle = new List<object?> { 1 };
        cycle.Add(cycle);
        var run = Start();
        run.Parameter("cycle", cycle);
        run.Finish();

        Assert.Equal("[1,null]", Platform.Merged["parameters"]!["cycle"]!.ToJsonString());
    }

    [Fact]
    public void cuts_what_is_too_long_and_says_so()
    {
        var run = Start();
        run.Parameter("long", new string('ä', 20_000));
        run.Tag("tag", new string('b', 20_000));
        run.Parameter("lr", 0.1);
        var report = run.Finish();

        var kept = Platform.Merged["parameters"]!["long"]!;
        Assert.EndsWith("ä…", kept.GetValue<string>(), StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(kept.GetValue<string>()), 14_000, 16 * 1024);
        Assert.Equal(5000, Platform.Merged["tags"]!["tag"]!.GetValue<string>().Length);
        Assert.Equal(new TrackingReport(3, 0, 0), report);
    }

    [Fact]
    public void loses_one_point_of_a_thousand_to_a_bad_name()
    {
        Platform.RefusedKey = "key 500";
        var values = Enumerable
            .Range(0, 1000)
            .ToDictionary(i => i == 7 ? "line\nbreak" : $"key {i}", i => (double)i, StringComparer.Ordinal);
        var run = Start();
        run.Log(values);
        var report = run.Finish();

        Assert.Equal(998, Platform.Points.Count);
        Assert.Equal(new TrackingReport(998, 2, 0), report);
    }

    [Fact]
    public void throws_at_nothing()
    {
        var run = Start();
        run.Log((string)null!, 1);
        run.Log((IReadOnlyDictionary<string, double>)null!);
        run.Log("loss", 1, step: long.MinValue);
        run.Log("loss", 1, stage: "");
        run.Summary(null!, 1);
        run.Summary(null!);
        run.Tag("tag", null!);
        run.Artifact("/nowhere", "model");
        run.Artifact("/nowhere", "…");
        run.Artifact(null!, null!);
        run.Log("loss", 2);
        run.Finish();
        run.Log("late", 3);
        var report = run.Finish();

        Assert.Equal([2.0], Platform.Points.Select(point => point["value"]!.GetValue<double>()));
        Assert.Equal(2, report.Stored);
        Assert.Equal(9, report.Refused);
    }

    [Theory]
    [InlineData("secret\n", "Bearer secret")]
    [InlineData("two words", null)]
    public void sends_no_token_that_is_none(string token, string? authorization)
    {
        var run = TrackedRun.Init(Options("run") with { Token = token });
        run.Log("loss", 1);
        run.Finish();

        Assert.Single(Platform.Points);
        Assert.Equal(authorization, Platform.Authorization);
    }

    [Fact]
    public void takes_any_options()
    {
        var run = TrackedRun.Init(
            new TrackedRunOptions
            {
                Server = Platform.Url,
                RunId = null!,
                Project = null!,
                Parameters = null!,
                Tags = null!,
                ParentId = "../x",
                SpoolFolder = "a\0b",
                FlushInterval = TimeSpan.MinValue,
                FinishTimeout = TimeSpan.MaxValue,
            }
        );
        run.Log("loss", 1, step: (1L << 53) - 1);
        run.Log("loss", 2);
        Assert.Equal(new TrackingReport(2, 0, 0), run.Finish());
        Assert.False(Platform.Run!.ContainsKey("parentId"));

        Assert.False(TrackedRun.Init(Options("run") with { Server = new Uri("/api", UriKind.Relative) }).IsEnabled);
    }

    [Fact]
    public void makes_names_and_projects_valid()
    {
        TrackedRun
            .Init(
                new TrackedRunOptions
                {
                    Server = Platform.Url,
                    SpoolFolder = Spool,
                    Project = "/team one/../Größe//",
                    Name = "two\nlines " + new string('x', 300),
                }
            )
            .Finish();

        Assert.Equal("team-one/Gr-e", Platform.Run!["project"]!.GetValue<string>());
        var name = Platform.Run["name"]!.GetValue<string>();
        Assert.StartsWith("two lines x", name, StringComparison.Ordinal);
        Assert.Equal(250, name.Length);
    }

    [Fact]
    public void any_text_is_a_name_or_a_value_or_is_refused() =>
        Gen.Select(_text, _text, Gen.Double)
            .Sample(
                (key, value, number) =>
                {
                    using var platform = new FakePlatform();
                    using var folder = new TestFolder();
                    var run = TrackedRun.Init(
                        new TrackedRunOptions
                        {
                            Server = platform.Url,
                            SpoolFolder = folder.Path,
                            FlushInterval = TimeSpan.FromMilliseconds(1),
                        }
                    );
                    run.Parameter("parameter", value);
                    run.Log(key, number);
                    run.Log("loss", 1);
                    var report = run.Finish();
                    return platform.Points.Count == report.Stored - 1
                        && report.Stored + report.Refused == 3
                        && platform.Status == "finished";
                },
                iter: 30
            );

    private static readonly Gen<string> _text = Gen.Char.Array[0, 300].Select(characters => new string(characters));

    private static readonly JsonSerializerOptions _readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static IEnumerable<int> Counting()
    {
        for (var i = 0; ; i++)
        {
            yield return i;
        }
    }

    private static object Deep(int depth) => depth == 0 ? 1 : new[] { Deep(depth - 1) };

    private sealed class Throwing
    {
        public string Value => throw new InvalidOperationException("as told");
    }
}
