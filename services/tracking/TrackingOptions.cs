using System.ComponentModel.DataAnnotations;

namespace Platform.Tracking;

/// <summary>Limits and intervals of tracking (configuration section <c>Tracking</c>).</summary>
public sealed class TrackingOptions
{
    /// <summary>At most this many points in one logging request.</summary>
    [Range(1, 100_000)]
    public int MaxPointsPerRequest { get; set; } = 10_000;

    /// <summary>At most this many bytes in the body of one logging request.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int MaxLogBytes { get; set; } = 2 * 1024 * 1024;

    /// <summary>How long a live stream waits for a signal of this process before it looks for what other replicas stored.</summary>
    [Range(10, 60_000)]
    public int LivePollMilliseconds { get; set; } = 500;

    /// <summary>How often a silent live stream sends a comment, so that proxies keep it open.</summary>
    [Range(100, 300_000)]
    public int LiveKeepAliveMilliseconds { get; set; } = 15_000;
}
