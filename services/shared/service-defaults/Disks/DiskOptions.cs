using System.ComponentModel.DataAnnotations;

namespace Platform.ServiceDefaults;

/// <summary>When a disk counts as nearly full, and as full (configuration section <c>Disk</c>).</summary>
public sealed class DiskOptions : IValidatableObject
{
    /// <summary>From how many percent of use on there is a warning.</summary>
    [Range(1, 100)]
    public int WarnPercent { get; set; } = 85;

    /// <summary>From how many percent of use on nothing new is accepted.</summary>
    [Range(1, 100)]
    public int RefusePercent { get; set; } = 95;

    /// <summary>How often the disks are looked at.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Further folders by name, on whose disks the platform depends and that this process can see, such as a database's on the same
    /// machine: <c>Disk:Folders:database=/var/lib/postgresql</c>.
    /// </summary>
    public Dictionary<string, string> Folders { get; set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// A disk that has become full, or nearly so, is that until it is this much below the threshold, so that one that stays about there
    /// does not change to and fro.
    /// </summary>
    internal const int Slack = 1;

    /// <summary>Below how many percent a full disk is accepted again.</summary>
    internal int AcceptPercent => Math.Max(1, RefusePercent - Slack);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (WarnPercent >= RefusePercent)
        {
            yield return new ValidationResult(
                "Disk:WarnPercent must be less than Disk:RefusePercent.",
                [nameof(WarnPercent)]
            );
        }

        foreach (var (name, path) in Folders)
        {
            if (!Path.IsPathRooted(path))
            {
                yield return new ValidationResult(
                    $"Disk:Folders:{name} must be the whole path of a folder.",
                    [nameof(Folders)]
                );
            }
        }
    }
}
