using System.ComponentModel.DataAnnotations;

namespace Platform.ServiceDefaults;

/// <summary>How metrics are made (configuration section <c>Metrics</c>).</summary>
public sealed class MetricsOptions
{
    /// <summary>How often values that come from the database are read, whoever asks for them however often.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(15);
}
