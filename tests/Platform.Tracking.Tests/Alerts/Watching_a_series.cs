using CsCheck;
using Platform.Tracking.Alerts.Evaluation;
using Platform.Tracking.Alerts.Rules;

namespace Platform.Tracking.Tests.Alerts;

[Trait("row", "33")]
public sealed class Watching_a_series
{
    private static readonly DateTime _start = new(2026, 1, 2, 3, 0, 0, DateTimeKind.Utc);

    private static readonly MetricCondition[] _conditions =
    [
        new(RuleWords.Greater, 1) { Threshold = 1 },
        new(RuleWords.Greater, 3) { Threshold = 1 },
        new(RuleWords.Less, 2) { Threshold = 0 },
        new(RuleWords.NaN, 1),
        new(RuleWords.Infinity, 2),
        new(RuleWords.NoProgress, 1) { Points = 3, MinDelta = 0.5 },
        new(RuleWords.NoProgress, 1) { Within = TimeSpan.FromSeconds(4), HigherIsBetter = true },
        new(RuleWords.ZScore, 1) { Threshold = 2, Window = 5 },
    ];

    [Theory]
    [InlineData(RuleWords.Greater, "1 2 3 1", "+2 -1")]
    [InlineData(RuleWords.Greater, "2 2 2", "+2")]
    [InlineData(RuleWords.Greater, "2 NaN 2", "+2 -NaN +2")]
    [InlineData(RuleWords.Less, "1 0.5 2", "+0.5 -2")]
    [InlineData(RuleWords.NaN, "1 NaN NaN 3", "+NaN -3")]
    [InlineData(RuleWords.Infinity, "1 Infinity -Infinity NaN", "+Infinity -NaN")]
    public void fires_once_and_is_resolved(string condition, string values, string expected) =>
        Assert.Equal(expected, Told(new MetricCondition(condition, 1) { Threshold = 1 }, values));

    [Theory]
    [InlineData("2 2 2", "+2")]
    [InlineData("2 2 1 2 2", "")]
    [InlineData("2 2 1 2 2 2 2 1", "+2 -1")]
    public void waits_for_as_many_points_in_succession_as_the_rule_says(string values, string expected) =>
        Assert.Equal(expected, Told(new MetricCondition(RuleWords.Greater, 3) { Threshold = 1 }, values));

    [Theory]
    [InlineData("5 4 3 3 3 3", "+3")]
    [InlineData("5 4.8 4.6 4.4", "+4.4")]
    [InlineData("5 5 5 5 4", "+5 -4")]
    [InlineData("5 NaN NaN NaN 1", "+NaN -1")]
    public void misses_progress(string values, string expected) =>
        Assert.Equal(
            expected,
            Told(new MetricCondition(RuleWords.NoProgress, 1) { Points = 3, MinDelta = 0.7 }, values)
        );

    [Fact]
    public void misses_progress_when_no_point_comes_at_all()
    {
        var evaluation = new AlertEvaluation(
            new MetricCondition(RuleWords.NoProgress, 1) { Within = TimeSpan.FromMinutes(1) },
            WatchState.Initial
        );
        Assert.Null(evaluation.Wait(_start.AddYears(1)));
        evaluation.Add(Points("1"));

        Assert.Equal(_start.AddMinutes(1), evaluation.DueAt);
        Assert.Null(evaluation.Wait(_start.AddSeconds(59)));
        Assert.True(evaluation.Wait(_start.AddMinutes(1))!.Value.Fires);
        Assert.Null(evaluation.Wait(_start.AddMinutes(2)));
        Assert.False(Assert.Single(evaluation.Add([new WatchedPoint(1, _start.AddMinutes(3), 0.5)])).Fires);
    }

    [Fact]
    public void raises_one_alert_for_a_spike()
    {
        var values = Enumerable.Range(0, 200).Select(i => Math.Sin(i) / 10).ToArray();
        values[120] = 50;

        var told = Play(new MetricCondition(RuleWords.ZScore, 1) { Threshold = 4, Window = 30 }, Points(values));

        Assert.Equal([true, false], told.Select(one => one.Fires));
        Assert.Equal(120, told[0].Point!.Value.Step);
        Assert.Equal(121, told[1].Point!.Value.Step);
    }

    [Fact]
    public void raises_one_alert_for_a_series_that_stays_at_another_level()
    {
        var values = Enumerable.Range(0, 200).Select(i => (Math.Sin(i) / 10) + (i < 100 ? 0 : 8)).ToArray();

        var told = Play(new MetricCondition(RuleWords.ZScore, 1) { Threshold = 4, Window = 30 }, Points(values));

        Assert.Equal(1, told.Count(one => one.Fires));
    }

    [Fact]
    public void does_not_take_rounding_for_a_spike()
    {
        double[] values = [.. Enumerable.Repeat(0.3, 50), 0.1 + 0.2, 0.3];

        Assert.Empty(Play(new MetricCondition(RuleWords.ZScore, 1) { Threshold = 4, Window = 30 }, Points(values)));
    }

    [Fact]
    public void stops_telling_of_a_series_that_goes_up_and_down()
    {
        var values = Enumerable.Range(0, 1000).Select(i => i % 2 * 5.0).ToArray();

        var told = Play(new MetricCondition(RuleWords.Greater, 1) { Threshold = 1 }, Points(values));

        Assert.Equal(AlertEvaluation.MaxFirings, told.Count(one => one.Fires));
    }

    [Fact]
    public void never_fires_twice_without_having_been_resolved() =>
        Gen.Select(Conditions, Values)
            .Sample(
                (condition, values) =>
                {
                    var told = Play(condition, Points(values));
                    Assert.All(
                        told.Select((one, index) => (one, index)),
                        pair => Assert.Equal(pair.index % 2 == 0, pair.one.Fires)
                    );
                }
            );

    [Fact]
    public void tells_the_same_however_the_points_were_cut_into_requests() =>
        Gen.Select(Conditions, Values, Gen.Int[1, 7].Array[0, 30])
            .Sample(
                (condition, values, sizes) =>
                {
                    var points = Points(values);
                    Assert.Equal(Play(condition, points), PlayInParts(condition, points, sizes));
                }
            );

    [Fact]
    public void tells_the_same_when_points_come_late_or_again() =>
        Gen.Select(Conditions, Values, Gen.Select(Gen.Int[0, 60], Gen.Int[0, 60], Gen.Double).Array[0, 20])
            .Sample(
                (condition, values, late) =>
                {
                    var points = Points(values).ToList();
                    var mixed = new List<WatchedPoint>(points);
                    foreach (var (after, step, value) in late)
                    {
                        // Of a step that was passed, and so behind one that is there.
                        var place = Math.Min(after, mixed.Count);
                        var seen = mixed.Take(place).Select(point => point.Step).DefaultIfEmpty(-1).Max();
                        if (step <= seen)
                        {
                            mixed.Insert(place, points[step] with { Value = value });
                        }
                    }

                    Assert.Equal(Play(condition, points), PlayInParts(condition, mixed, [1, 2, 3]));
                }
            );

    [Fact]
    public void is_never_due_after_a_point_at_the_end_of_time()
    {
        var condition = new MetricCondition(RuleWords.NoProgress, 1) { Within = TimeSpan.FromDays(30) };
        var evaluation = new AlertEvaluation(condition, WatchState.Initial);
        var last = DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc);
        evaluation.Add([new WatchedPoint(1, last, 1)]);
        Assert.Equal(last, evaluation.DueAt);
        Assert.Null(evaluation.Wait(_start));
    }

    private static readonly double[] _special =
    [
        double.NaN,
        double.PositiveInfinity,
        double.NegativeInfinity,
        0,
        2,
        2.5,
    ];

    private static Gen<MetricCondition> Conditions { get; } =
        Gen.Int[0, _conditions.Length - 1].Select(index => _conditions[index]);

    private static Gen<double[]> Values { get; } =
        Gen.OneOf(Gen.Double[-3, 3], Gen.Int[0, _special.Length - 1].Select(index => _special[index])).Array[0, 60];

    private static string Told(MetricCondition condition, string values) =>
        string.Join(
            ' ',
            Play(condition, Points(values))
                .Select(one => FormattableString.Invariant($"{(one.Fires ? "+" : "-")}{one.Point!.Value.Value}"))
        );

    private static List<SeriesTransition> Play(MetricCondition condition, IEnumerable<WatchedPoint> points) =>
        [.. new AlertEvaluation(condition, WatchState.Initial).Add(points)];

    /// <summary>With what is remembered stored and read between the parts, as JSON.</summary>
    private static List<SeriesTransition> PlayInParts(
        MetricCondition condition,
        IReadOnlyList<WatchedPoint> points,
        int[] sizes
    )
    {
        var told = new List<SeriesTransition>();
        var state = WatchState.Initial;
        for (var (from, part) = (0, 0); from < points.Count; part++)
        {
            var size = sizes.Length == 0 ? points.Count : sizes[part % sizes.Length];
            var evaluation = new AlertEvaluation(condition, state);
            told.AddRange(evaluation.Add(points.Skip(from).Take(size)));
            var json = System.Text.Json.JsonSerializer.Serialize(evaluation.State, TrackingJson.Default.WatchState);
            state = System.Text.Json.JsonSerializer.Deserialize(json, TrackingJson.Default.WatchState)!;
            from += size;
        }

        return told;
    }

    private static WatchedPoint[] Points(string values) =>
        Points([
            .. values
                .Split(' ')
                .Select(value => double.Parse(value, System.Globalization.CultureInfo.InvariantCulture)),
        ]);

    private static WatchedPoint[] Points(double[] values) =>
        [.. values.Select((value, step) => new WatchedPoint(step, _start.AddSeconds(step), value))];
}
