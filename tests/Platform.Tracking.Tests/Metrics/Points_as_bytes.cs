using System.Globalization;
using System.Runtime.InteropServices;
using CsCheck;
using Platform.ServiceDefaults;
using Platform.Tracking.Metrics;
using Platform.Tracking.Metrics.Storage;

namespace Platform.Tracking.Tests.Metrics;

public sealed class Points_as_bytes
{
    private static readonly double[] _special =
    [
        0.0,
        -0.0,
        double.NaN,
        BitConverter.UInt64BitsToDouble(0x7FF8_0000_0000_0001),
        BitConverter.UInt64BitsToDouble(0xFFF0_0000_DEAD_BEEF),
        double.PositiveInfinity,
        double.NegativeInfinity,
        double.Epsilon,
        double.MaxValue,
        float.Epsilon,
        float.MaxValue,
        1 / 3.0,
        1 / 3f,
    ];

    private static readonly Gen<long> _step = Gen.OneOf(
        Gen.Long[-5, 1000],
        Gen.Long[-ClientNumbers.MaxWhole, ClientNumbers.MaxWhole],
        One(-ClientNumbers.MaxWhole, ClientNumbers.MaxWhole, 0L)
    );

    private static readonly Gen<long> _time = Gen.OneOf(
        Gen.Long[1_700_000_000_000_000, 1_700_000_100_000_000],
        Gen.Long[0, 1000].Select(milliseconds => 1_700_000_000_000_000 + (milliseconds * 1000)),
        One(PointTime.Of(DateTime.MinValue), PointTime.Of(DateTime.MaxValue))
    );

    private static readonly Gen<double> _value = Gen.OneOf(
        Gen.Float.Select(value => (double)value),
        Gen.Double,
        One(_special)
    );

    private static readonly Gen<double> _single = Gen.OneOf(Gen.Float[0, 1], One(0.1f, 0.2f))
        .Select(value => (double)value);

    /// <summary>With some places, as text has them; now and then a large one, for which the places of others are too many.</summary>
    private static readonly Gen<double> _decimal = Gen.OneOf(
        Gen.Select(Gen.Long[-1_000_000, 1_000_000], Gen.Int[0, 8])
            .Select((whole, places) => whole / Math.Pow(10, places)),
        Gen.Float[0, 1].Select(value => double.Parse($"{value:R}", CultureInfo.InvariantCulture)),
        One(0.1, 0.2, 1e15, 0.000001)
    );

    private static readonly Gen<PointBlock> _block = Gen.Select(
            Gen.OneOf(Gen.Int[0, 40], Gen.Int[0, 700]),
            One(_value, _single, _decimal),
            Gen.Bool
        )
        .SelectMany(
            (count, value, stages) =>
                Gen.Select(
                    _step,
                    _time,
                    value,
                    stages ? Gen.Int[0, 3] : Gen.Const(0),
                    Gen.OneOf(Gen.Long[1, 5], Gen.Long)
                ).Array[count]
        )
        .Select(BlockOf);

    [Fact]
    public void are_the_same_points_again() =>
        _block.Sample(block =>
        {
            AssertSame(block, PointCodec.Decode(PointCodec.Encode(block)));
            AssertSame(block, PointCodec.Decode(PointCodec.Encode(block, compress: false)));
        });

    [Fact]
    public void of_regular_steps_and_times_take_no_room()
    {
        var block = BlockOf([
            .. Enumerable
                .Range(0, 5000)
                .Select(i => ((long)i * 10, 1_700_000_000_000_000 + (i * 250_000L), 0.5, 0, 1L)),
        ]);

        Assert.InRange(PointCodec.Encode(block).Length, 1, 100);
    }

    [Fact]
    public void of_a_noisy_curve_take_less_than_three_bytes_each()
    {
        var block = NoisyCurve(8000);

        Assert.InRange((double)PointCodec.Encode(block).Length / block.Count, 1.5, 2.9);
    }

    [Theory]
    [InlineData(4, 2.3)]
    [InlineData(8, 3.6)]
    public void of_rounded_values_take_as_many_bytes_as_their_digits_need(int places, double most)
    {
        var block = NoisyCurve(8000);
        Array.ConvertAll(block.Values, value => Math.Round(value, places)).CopyTo(block.Values, 0);

        Assert.InRange((double)PointCodec.Encode(block).Length / block.Count, 1, most);
    }

    [Fact]
    public void that_are_cut_off_are_refused()
    {
        var bytes = PointCodec.Encode(NoisyCurve(1000));

        Assert.ThrowsAny<Exception>(() => PointCodec.Decode(bytes.AsSpan(0, bytes.Length / 2)));
        Assert.Throws<InvalidDataException>(() => PointCodec.Decode([9, .. bytes.AsSpan(1)]));
        Assert.Throws<InvalidDataException>(() => PointCodec.Decode([1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]));
    }

    [Fact]
    public void that_are_merged_are_in_order_and_the_first_of_each_place_stays() =>
        Gen.Select(Gen.Int[0, 20], Gen.Int[0, 3], Gen.Double)
            .Array[0, 30]
            .Array[0, 5]
            .Sample(parts =>
            {
                var blocks = parts
                    .Select(part => BlockOf([.. part.Select(p => ((long)p.Item1, (long)p.Item2, p.Item3, 0, 1L))]))
                    .Select(block => block.InOrder(out _))
                    .ToList();
                var expected = blocks
                    .SelectMany(block =>
                        Enumerable.Range(0, block.Count).Select(i => (Place: block.PlaceOf(i), Value: block.Values[i]))
                    )
                    .GroupBy(point => point.Place)
                    .OrderBy(group => group.Key)
                    .Select(group => (group.Key, group.First().Value));

                var merged = PointBlock.Merge(blocks);

                Assert.True(merged.IsInOrder());
                Assert.Equal(
                    expected,
                    Enumerable.Range(0, merged.Count).Select(i => (merged.PlaceOf(i), merged.Values[i]))
                );
            });

    private static Gen<T> One<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static PointBlock NoisyCurve(int count)
    {
        var random = new Random(3);
        return BlockOf([
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                    (
                        (long)i,
                        1_700_000_000_000_000 + (i * 100_000L),
                        (double)(float)(2 * Math.Exp(-i / 5000.0) * (1 + (0.05 * random.NextDouble()))),
                        0,
                        1L + (i / 1000)
                    )
                ),
        ]);
    }

    private static PointBlock BlockOf((long Step, long Time, double Value, int Stage, long Batch)[] points)
    {
        var block = new PointBlock(points.Length);
        for (var i = 0; i < points.Length; i++)
        {
            (block.Steps[i], block.Times[i], block.Values[i]) = (points[i].Step, points[i].Time, points[i].Value);
            block.Batches[i] = points[i].Batch;
            block.SetStage(i, points[i].Stage);
        }

        return block;
    }

    private static void AssertSame(PointBlock expected, PointBlock actual)
    {
        Assert.Equal(expected.Steps, actual.Steps);
        Assert.Equal(expected.Times, actual.Times);
        Assert.Equal(expected.Batches, actual.Batches);
        Assert.True(
            MemoryMarshal.AsBytes<double>(expected.Values).SequenceEqual(MemoryMarshal.AsBytes<double>(actual.Values))
        );
        Assert.Equal(
            Enumerable.Range(0, expected.Count).Select(expected.StageOf),
            Enumerable.Range(0, actual.Count).Select(actual.StageOf)
        );
    }
}
