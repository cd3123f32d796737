using System.ComponentModel.DataAnnotations;

namespace Platform.Tracking;

/// <summary>Limits and intervals of tracking (configuration section <c>Tracking</c>).</summary>
public sealed class TrackingOptions
{
    /// <summary>The maximum number of points in one logging request.</summary>
    [Range(1, 100_000)]
    public int MaxPointsPerRequest { get; set; } = 10_000;

    /// <summary>The maximum size of the body of one logging request, in bytes.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int MaxLogBytes { get; set; } = 2 * 1024 * 1024;

    /// <summary>
    /// How long a live stream waits for a signal of this process before it polls for changes by other replicas.
    /// </summary>
    [Range(10, 60_000)]
    public int LivePollMilliseconds { get; set; } = 500;

    /// <summary>How often an idle live stream sends a comment, so that proxies keep it open.</summary>
    [Range(100, 300_000)]
    public int LiveKeepAliveMilliseconds { get; set; } = 15_000;

    /// <summary>
    /// How long nothing may be heard of a training that sends heartbeats, outside of jobs, before its run counts as interrupted. The SDKs
    /// send one every 30 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a deleted run stays in the recycle bin before it is purged.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan KeepDeleted { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often it is looked for what is kept no longer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "1.00:00:00")]
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The maximum size of an archive of runs that is imported.</summary>
    [Range(1024, long.MaxValue)]
    public long MaxImportBytes { get; set; } = 1024L * 1024 * 1024;

    /// <summary>The maximum size of what is in it, unpacked.</summary>
    [Range(1024, long.MaxValue)]
    public long MaxImportContentBytes { get; set; } = 16L * 1024 * 1024 * 1024;

    /// <summary>The maximum number of files in it.</summary>
    [Range(1, 2_000_000)]
    public int MaxImportEntries { get; set; } = 200_000;
}
