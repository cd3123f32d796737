namespace Platform.Tracking.Metrics.Storage;

/// <summary>
/// Values that are decimals with few places, such as those that were rounded before they were logged, as whole numbers of the smallest place.
/// A whole number below 2⁵³ divided by a power of ten gives the number nearest to the decimal, which is the value that its text stands for,
/// so that nothing is lost (compare ALP, "Adaptive Lossless Floating-Point Compression", SIGMOD 2024).
/// </summary>
internal sealed class Decimals
{
    private const int MostPlaces = 15;
    private const double MostWhole = 1L << 53;

    // As they are written, not computed: what is stored has to mean the same on every machine.
    private static readonly double[] _powers =
    [
        1e0,
        1e1,
        1e2,
        1e3,
        1e4,
        1e5,
        1e6,
        1e7,
        1e8,
        1e9,
        1e10,
        1e11,
        1e12,
        1e13,
        1e14,
        1e15,
    ];

    private Decimals(int places, long least, ulong[] words, int bytes) =>
        (Places, Least, Words, Bytes) = (places, least, words, bytes);

    /// <summary>How many decimal places each value has.</summary>
    public int Places { get; }

    /// <summary>The smallest whole number; <see cref="Words"/> are what the others are more.</summary>
    public long Least { get; }

    public ulong[] Words { get; }

    /// <summary>How many bytes a word has.</summary>
    public int Bytes { get; }

    /// <returns>Null when a value has more places, or is no number, infinite or a negative zero.</returns>
    public static Decimals? Of(ReadOnlySpan<double> values)
    {
        var places = 0;
        foreach (var value in values)
        {
            while (!IsDecimal(value, places))
            {
                if (++places > MostPlaces)
                {
                    return null;
                }
            }
        }

        var wholes = new long[values.Length];
        for (var i = 0; i < wholes.Length; i++)
        {
            // More places may be too many for a value that is large.
            if (!IsDecimal(values[i], places))
            {
                return null;
            }

            wholes[i] = (long)Whole(values[i], places);
        }

        var least = wholes.Min();
        var words = Array.ConvertAll(wholes, whole => (ulong)(whole - least));
        var bits = 64 - System.Numerics.BitOperations.LeadingZeroCount(words.Max());
        return new Decimals(places, least, words, Math.Max(1, (bits + 7) / 8));
    }

    public static void Read(ReadOnlySpan<ulong> words, int places, long least, Span<double> values)
    {
        if (places > MostPlaces)
        {
            throw new InvalidDataException($"Stored values have {places} decimal places.");
        }

        var power = _powers[places];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = unchecked(least + (long)words[i]) / power;
        }
    }

    private static bool IsDecimal(double value, int places)
    {
        var whole = Whole(value, places);
        return Math.Abs(whole) < MostWhole
            && BitConverter.DoubleToInt64Bits((long)whole / _powers[places]) == BitConverter.DoubleToInt64Bits(value);
    }

    private static double Whole(double value, int places) => Math.Round(value * _powers[places]);
}
