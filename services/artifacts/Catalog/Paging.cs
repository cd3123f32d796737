using System.Globalization;

namespace Platform.Artifacts.Catalog;

/// <summary>Shared by the lists of this service.</summary>
internal static class Paging
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;

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
