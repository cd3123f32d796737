using System.Globalization;

namespace Platform.Bench;

/// <summary>Statistics of samples.</summary>
internal static class Numbers
{
    /// <summary>The sample below which this share of all samples lies.</summary>
    public static double Percentile(this IEnumerable<double> samples, double share)
    {
        var sorted = samples.Order().ToList();
        return sorted.Count == 0
            ? throw new BenchException("Nothing was measured.")
            : sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
    }

    public static double Median(this IEnumerable<double> samples) => samples.Percentile(0.5);
}

/// <summary>The machine's clock, as the measured programs print it.</summary>
internal static class WallClock
{
    /// <summary>Milliseconds since 1970.</summary>
    public static double Now =>
        (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / (double)TimeSpan.TicksPerMillisecond;

    /// <summary>What <c>date +%s%N</c> printed, in milliseconds since 1970.</summary>
    public static double Parse(string nanoseconds) => long.Parse(nanoseconds, CultureInfo.InvariantCulture) / 1e6;
}

/// <summary>A benchmark could not be run; the message says why and what to do.</summary>
internal sealed class BenchException(string message) : Exception(message);
