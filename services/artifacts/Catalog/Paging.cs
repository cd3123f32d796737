using System.Globalization;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Catalog;

/// <summary>What the lists of this service have in common.</summary>
internal static class Paging
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;

    /// <summary>Makes a page of rows that were read with one more than the limit.</summary>
    /// <param name="key">The sort key of a row, for the cursor.</param>
    public static Page<T> ToPage<T>(List<T> rows, int limit, long total, Func<T, string[]> key)
    {
        if (rows.Count <= limit)
        {
            return new Page<T>(rows, NextCursor: null, total);
        }

        rows.RemoveRange(limit, rows.Count - limit);
        return new Page<T>(rows, Cursor.Encode(key(rows[^1])), total);
    }

    public static string Write(DateTimeOffset time) => time.UtcTicks.ToString(CultureInfo.InvariantCulture);

    /// <summary>False for anything that <see cref="Write"/> did not write.</summary>
    public static bool TryRead(string text, out DateTimeOffset time)
    {
        var valid =
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            && ticks <= DateTimeOffset.MaxValue.UtcTicks;
        time = valid ? new DateTimeOffset(ticks, TimeSpan.Zero) : default;
        return valid;
    }
}
