namespace Platform.Tracking.Metrics.Storage;

/// <summary>Times of points, which are whole microseconds since 1970.</summary>
internal static class PointTime
{
    public static long Of(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTime ToDateTime(long time) =>
        new(DateTime.UnixEpoch.Ticks + (time * TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);
}
