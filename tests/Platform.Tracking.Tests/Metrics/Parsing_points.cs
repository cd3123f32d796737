using System.Text;
using Platform.Tracking.Metrics;

namespace Platform.Tracking.Tests.Metrics;

public sealed class Parsing_points
{
    private static readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void reads_all_fields()
    {
        var points = Parse(
            """
            { "points": [
              { "key": "loss", "step": 3, "at": "2026-01-31T14:00:00.1234567+02:00", "value": 0.25, "stage": "train" },
              { "value": -1e3, "key": "train\/acc\u00fc" } ] }
            """
        ).Points!;

        Assert.Equal(["loss", "train/accü"], points.Keys);
        Assert.Equal([3, MetricPoints.NoStep], points.Steps);
        Assert.Equal([0.25, -1000], points.Values);
        Assert.Equal([0, -1], points.StageIndex);
        Assert.Equal(["train"], points.Stages);
        // PostgreSQL keeps microseconds.
        Assert.Equal(new DateTime(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc).AddTicks(1234560), points.Times[0]);
        Assert.Equal(_now.UtcDateTime, points.Times[1]);
    }

    [Fact]
    [Trait("check", "RUN-05")]
    public void accepts_numbers_that_JSON_does_not_have()
    {
        var points = Parse(
            """{"points":[{"key":"a","value":"NaN"},{"key":"a","value":null},{"key":"a","value":"Infinity"},{"key":"a","value":"-Infinity"}]}"""
        ).Points!;

        Assert.Equal([double.NaN, double.NaN, double.PositiveInfinity, double.NegativeInfinity], points.Values);
    }

    [Theory]
    [InlineData("", "body")]
    [InlineData("[]", "body")]
    [InlineData("{", "body")]
    [InlineData("{}", "points")]
    [InlineData("""{"points":{}}""", "points")]
    [InlineData("""{"points":null}""", "points")]
    [InlineData("""{"points":[1]}""", "points[0]")]
    [InlineData("""{"points":[{"key":"a","value":1}""", "body")]
    [InlineData("""{"points":[{"key":"a","value":1}]""", "body")]
    [InlineData("""{"points":[]} {}""", "body")]
    [InlineData("""{"points":[],"other":1}""", "body")]
    [InlineData("""{"points":[{"key":"a","value":1},{"key":"a","value":1,"extra":2}]}""", "points[1]")]
    [InlineData("""{"points":[],"points":[]}""", "points")]
    [InlineData("""{"points":[{"key":"a","key":"b","value":1}]}""", "points[0].key")]
    [InlineData("""{"points":[{"key":"a","value":1,"value":1}]}""", "points[0].value")]
    [InlineData("""{"points":[{"key":"a","value":1,"step":null,"step":1}]}""", "points[0].step")]
    [InlineData("""{"points":[{"key":"a","value":1,"at":null,"at":null}]}""", "points[0].at")]
    [InlineData("""{"points":[{"key":"a","value":1,"stage":"x","stage":"y"}]}""", "points[0].stage")]
    [InlineData("""{"points":[{"key":"a\u202eb","value":1}]}""", "points[0].key")]
    [InlineData("""{"points":[{"value":1}]}""", "points[0].key")]
    [InlineData("""{"points":[{"key":"","value":1}]}""", "points[0].key")]
    [InlineData("""{"points":[{"key":7,"value":1}]}""", "points[0].key")]
    [InlineData("""{"points":[{"key":"a\u0000b","value":1}]}""", "points[0].key")]
    [InlineData("""{"points":[{"key":"a\nb","value":1}]}""", "points[0].key")]
    [InlineData("""{"points":[{"key":"\ud800","value":1}]}""", "body")]
    [InlineData("""{"points":[{"key":"a"}]}""", "points[0].value")]
    [InlineData("""{"points":[{"key":"a","value":true}]}""", "points[0].value")]
    [InlineData("""{"points":[{"key":"a","value":"1"}]}""", "points[0].value")]
    [InlineData("""{"points":[{"key":"a","value":1e999}]}""", "points[0].value")]
    [InlineData("""{"points":[{"key":"a","value":NaN}]}""", "body")]
    [InlineData("""{"points":[{"key":"a","value":1,"step":1.5}]}""", "points[0].step")]
    [InlineData("""{"points":[{"key":"a","value":1,"step":"1"}]}""", "points[0].step")]
    [InlineData("""{"points":[{"key":"a","value":1,"step":9007199254740992}]}""", "points[0].step")]
    [InlineData("""{"points":[{"key":"a","value":1,"step":99999999999999999999}]}""", "points[0].step")]
    [InlineData("""{"points":[{"key":"a","value":1,"at":"yesterday"}]}""", "points[0].at")]
    [InlineData("""{"points":[{"key":"a","value":1,"at":12}]}""", "points[0].at")]
    [InlineData("""{"points":[{"key":"a","value":1,"stage":5}]}""", "points[0].stage")]
    public void reports_the_first_error(string body, string field)
    {
        var (points, error) = Parse(body);

        Assert.Null(points);
        Assert.Equal(field, error!.Field);
    }

    [Theory]
    [InlineData(250, true)]
    [InlineData(251, false)]
    [InlineData(100_000, false)]
    public void limits_keys(int length, bool allowed) =>
        Assert.Equal(
            allowed,
            Parse($$"""{"points":[{"key":"{{new string('k', length)}}","value":1}]}""").Points is not null
        );

    [Theory]
    [InlineData("🎉", 250, true)]
    [InlineData("🎉", 251, false)]
    [InlineData(@"\ud83c\udf89", 250, true)]
    [InlineData(@"\ud83c\udf89", 251, false)]
    public void counts_the_characters_of_keys_as_clients_do(string character, int count, bool allowed) =>
        Assert.Equal(
            allowed,
            Parse(
                $$"""{"points":[{"key":"{{string.Concat(Enumerable.Repeat(character, count))}}","value":1}]}"""
            ).Points
                is not null
        );

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void limits_points(int count, bool allowed) =>
        Assert.Equal(
            allowed,
            Parse(
                $$"""{"points":[{{string.Join(',', Enumerable.Repeat("""{"key":"a","value":1}""", count))}}]}"""
            ).Points
                is not null
        );

    [Fact]
    public void never_throws_on_damaged_bodies()
    {
        var whole = Encoding.UTF8.GetBytes(
            """{"points":[{"key":"loss","step":3,"at":"2026-01-31T14:00:00Z","value":0.25,"stage":"train"}]}"""
        );
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = whole[..random.Next(whole.Length + 1)];
            for (var j = random.Next(3); j > 0 && damaged.Length > 0; j--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            var (points, error) = MetricPointsParser.Parse(damaged, 10, _now);
            Assert.True(points is null != error is null);
        }
    }

    private static (MetricPoints? Points, PointsError? Error) Parse(string body) =>
        MetricPointsParser.Parse(Encoding.UTF8.GetBytes(body), 10, _now);
}
