using System.Globalization;
using System.Runtime.InteropServices;
using Platform.Jobs.Logs;
using Platform.ServiceDefaults;

namespace Platform.Jobs.LogSearch;

/// <summary>
/// Where a line is among all lines of all logs: by the time at which its beginning was stored, then by its log, then by its offset.
/// A search goes from the greatest to the least.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LogPlace(DateTimeOffset At, Guid JobId, int Attempt, int Rank, long Offset)
    : IComparable<LogPlace>
{
    private const int Parts = 6;

    /// <summary>After all lines.</summary>
    public static LogPlace End { get; } = Before(DateTimeOffset.MaxValue);

    /// <summary>After all lines that were stored before a time.</summary>
    public static LogPlace Before(DateTimeOffset time) => new(time, Guid.Empty, 0, 0, long.MinValue);

    public static LogPlace Of(DateTimeOffset at, LogKey log, long offset) =>
        new(at, log.JobId, log.Attempt, log.Rank, offset);

    public static bool operator <(LogPlace left, LogPlace right) => left.CompareTo(right) < 0;

    public static bool operator >(LogPlace left, LogPlace right) => left.CompareTo(right) > 0;

    public static bool operator <=(LogPlace left, LogPlace right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LogPlace left, LogPlace right) => left.CompareTo(right) >= 0;

    /// <summary>As PostgreSQL compares the same columns.</summary>
    public int CompareTo(LogPlace other) =>
        (At, JobId, Attempt, Rank, Offset).CompareTo((other.At, other.JobId, other.Attempt, other.Rank, other.Offset));

    /// <summary>Writes the cursor of what is before this place.</summary>
    /// <param name="fingerprint">Tells searches apart: a cursor belongs to one.</param>
    public string ToCursor(string fingerprint) =>
        Cursor.Encode(fingerprint, Text(At.UtcTicks), JobId.ToString("N"), Text(Attempt), Text(Rank), Text(Offset));

    /// <summary>Reads a cursor.</summary>
    /// <returns>Null when it is none of that search.</returns>
    public static LogPlace? OfCursor(string cursor, string fingerprint) =>
        Cursor.TryDecode(cursor, Parts, out var parts)
        && string.Equals(parts[0], fingerprint, StringComparison.Ordinal)
        && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
        && ticks <= DateTimeOffset.MaxValue.UtcTicks
        && Guid.TryParseExact(parts[2], "N", out var job)
        && int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var attempt)
        && int.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out var rank)
        && long.TryParse(parts[5], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new LogPlace(new DateTimeOffset(ticks, TimeSpan.Zero), job, attempt, rank, offset)
            : null;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
