namespace Platform.GpuAgent.Journal;

/// <summary>Whether there is room on a disk.</summary>
internal static class DiskSpace
{
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;
    private const long Full = 1024 * 1024;

    /// <summary>True for a write that found no room.</summary>
    public static bool IsFull(IOException exception) => (exception.HResult & 0xFFFF) is NoSpaceLeft or QuotaExceeded;

    /// <summary>True when the disk of a folder has less room than a training needs to say anything.</summary>
    public static bool IsFull(string folder) => new DriveInfo(folder).AvailableFreeSpace < Full;
}
