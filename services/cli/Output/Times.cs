using System.Globalization;

namespace Platform.Cli.Output;

/// <summary>Times: for people at a terminal as their clock shows them, for programs in UTC with a Z.</summary>
internal static class Times
{
    private const string ForPrograms = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const string ForPeople = "yyyy-MM-dd HH:mm:ss";
    private const int Length = 20;

    /// <summary>A time for programs, to the second.</summary>
    public static string Utc(DateTimeOffset time) =>
        time.UtcDateTime.ToString(ForPrograms, CultureInfo.InvariantCulture);

    /// <summary>A text that begins with a time for programs, with one for people instead; any other as it is.</summary>
    public static string Local(string text, TimeZoneInfo zone) =>
        text.Length >= Length
        && DateTimeOffset.TryParseExact(
            text.AsSpan(0, Length),
            ForPrograms,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time
        )
            ? TimeZoneInfo.ConvertTime(time, zone).ToString(ForPeople, CultureInfo.InvariantCulture) + text[Length..]
            : text;
}
