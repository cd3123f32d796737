namespace Platform.GpuAgent.Files;

/// <summary>Whether a disk has free space.</summary>
internal static class DiskSpace
{
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;
    private const long Full = 1024 * 1024;

    /// <summary>True for a write that failed because the disk was full.</summary>
    public static bool IsFull(IOException exception) => (exception.HResult & 0xFFFF) is NoSpaceLeft or QuotaExceeded;

    /// <summary>True when the disk of a folder has too little space for a training to print anything.</summary>
    public static bool IsFull(string folder) => new DriveInfo(folder).AvailableFreeSpace < Full;
}
