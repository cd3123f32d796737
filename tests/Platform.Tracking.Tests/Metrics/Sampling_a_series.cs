using Platform.Tracking.Metrics;

namespace Platform.Tracking.Tests.Metrics;

public sealed class Sampling_a_series
{
    private static readonly DateTime _start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(195)]
    [InlineData(199)]
    [InlineData(200)]
    public void keeps_all_points_of_a_series_that_fits(int count)
    {
        var values = Enumerable.Range(0, count).Select(i => i % 7 == 0 ? double.NaN : i % 3).ToArray();

        var points = Sample(values, maxPoints: 200, expected: 0);

        Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), points.Select(point => point.Step));
        Assert.Equal(values, points.Select(point => point.Value));
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(1_999)]
    public void keeps_a_known_number_of_points_that_fits(int count)
    {
        var values = Enumerable.Range(0, count).Select(i => Math.Sin(i)).ToArray();

        Assert.Equal(values, Sample(values, maxPoints: 2_000, expected: count).Select(point => point.Value));
    }

    [Theory]
    [InlineData(2_001, 2_000, true)]
    [InlineData(1_000, 4, true)]
    [InlineData(1_000, 5, false)]
    [InlineData(10_000, 200, true)]
    [InlineData(10_000, 200, false)]
    [InlineData(100_000, 2000, true)]
    [InlineData(100_000, 2000, false)]
    [InlineData(100_003, 1999, false)]
    public void keeps_first_last_lowest_and_highest_within_the_limit(int count, int maxPoints, bool countIsKnown)
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var values = Enumerable.Range(0, count).Select(_ => random.NextDouble()).ToArray();
            values[random.Next(count)] = -5;
            values[random.Next(count)] = 7;
            values[random.Next(count)] = double.NaN;

            var points = Sample(values, maxPoints, countIsKnown ? count : 0);

            Assert.InRange(points.Count, Math.Min(4, maxPoints / 3), maxPoints);
            Assert.Equal(0, points[0].Step);
            Assert.Equal(count - 1, points[^1].Step);
            Assert.Contains(points, point => point.Value.Equals(values.Where(double.IsFinite).Min()));
            Assert.Contains(points, point => point.Value.Equals(values.Where(double.IsFinite).Max()));
            Assert.Equal(points.Select(point => point.Step).Order().Distinct(), points.Select(point => point.Step));
            Assert.All(points, point => Assert.Equal(values[point.Step], point.Value));
        }
    }

    [Fact]
    public void keeps_the_extremes_of_every_bucket_when_the_number_of_points_is_known()
    {
        var random = new Random(42);
        var values = Enumerable.Range(0, 10_000).Select(_ => random.NextDouble()).ToArray();

        var kept = Sample(values, maxPoints: 202, expected: values.Length).Select(point => point.Value).ToHashSet();

        Assert.All(
            values.Chunk(100),
            bucket =>
            {
                Assert.Contains(bucket.Min(), kept);
                Assert.Contains(bucket.Max(), kept);
            }
        );
    }

    [Fact]
    public void keeps_infinities_as_extremes()
    {
        var values = Enumerable.Range(0, 5000).Select(i => (double)i).ToArray();
        values[100] = double.PositiveInfinity;
        values[4000] = double.NegativeInfinity;

        var points = Sample(values, maxPoints: 50, expected: 0);

        Assert.Contains(points, point => double.IsPositiveInfinity(point.Value));
        Assert.Contains(points, point => double.IsNegativeInfinity(point.Value));
    }

    [Fact]
    public void keeps_NaN_when_there_is_nothing_else()
    {
        var points = Sample([.. Enumerable.Repeat(double.NaN, 1000)], maxPoints: 20, expected: 0);

        Assert.InRange(points.Count, 2, 20);
        Assert.All(points, point => Assert.True(double.IsNaN(point.Value)));
    }

    private static List<SeriesPoint> Sample(double[] values, int maxPoints, long expected)
    {
        var sampler = new SeriesSampler(maxPoints, expected);
        for (var i = 0; i < values.Length; i++)
        {
            sampler.Add(i, _start.AddSeconds(i), values[i], stage: 0);
        }

        return sampler.Points();
    }
}
