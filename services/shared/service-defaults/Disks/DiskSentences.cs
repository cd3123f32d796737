using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>What people are told of full disks.</summary>
public static class DiskSentences
{
    /// <summary>Why nothing new is accepted.</summary>
    public static readonly Template<string, int, int> Full = new(
        "disk.full",
        "The platform's disk of '{disk}' is {percent} % full, so nothing new is accepted; what runs goes on. Free space until it is below {limit} % (purge the recycle bin, delete old runs and artifacts) or enlarge the disk, then try again.",
        problem: "disk.full"
    );

    /// <summary>The same of a disk.</summary>
    public static Sentence Of(DiskState disk)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return Full.With(disk.Name, disk.UsedPercent, disk.AcceptsBelow);
    }
}
