using System.Text.Json.Serialization;

namespace Platform.ServiceDefaults;

/// <summary>How full a disk is, in words.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DiskLevel>))]
public enum DiskLevel
{
    /// <summary>There is space.</summary>
    [JsonStringEnumMemberName("normal")]
    Normal,

    /// <summary>It is time to free some.</summary>
    [JsonStringEnumMemberName("nearly_full")]
    NearlyFull,

    /// <summary>Nothing new is accepted.</summary>
    [JsonStringEnumMemberName("full")]
    Full,
}

/// <summary>Decides how full a disk is.</summary>
internal static class DiskLevels
{
    /// <summary>
    /// The level after one more look. It rises at a threshold at once, and falls only when the use is <see cref="DiskOptions.Slack"/>
    /// below it.
    /// </summary>
    public static DiskLevel Next(DiskLevel level, double share, DiskOptions options)
    {
        var percent = share * 100;
        return IsAtLeast(DiskLevel.Full, options.RefusePercent) ? DiskLevel.Full
            : IsAtLeast(DiskLevel.NearlyFull, options.WarnPercent) ? DiskLevel.NearlyFull
            : DiskLevel.Normal;

        bool IsAtLeast(DiskLevel wanted, int threshold) =>
            percent >= (level >= wanted ? Math.Max(1, threshold - DiskOptions.Slack) : threshold);
    }
}
