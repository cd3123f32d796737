namespace Platform.ServiceDefaults;

/// <summary>How much of a disk is used.</summary>
/// <param name="Disk">Which disk it is: where it is mounted.</param>
/// <param name="Size">Bytes of the disk.</param>
/// <param name="Used">Bytes that hold something.</param>
/// <param name="Free">Bytes that this process can still use: less than the rest where a part is kept for the system.</param>
public readonly record struct DiskUse(string Disk, long Size, long Used, long Free)
{
    /// <summary>The used share, 0 to 1, as <c>df</c> counts it: what only the system may use is not there for others.</summary>
    public double Share => Used + Free <= 0 ? 1 : (double)Used / (Used + Free);
}

/// <summary>Looks at disks.</summary>
public interface IDiskReader
{
    /// <summary>Reads the disk on which a folder lies.</summary>
    /// <exception cref="IOException">The folder is away.</exception>
    DiskUse Read(string folder);
}

/// <summary>Asks the operating system.</summary>
internal sealed class DiskReader : IDiskReader
{
    public DiskUse Read(string folder)
    {
        var disk = new DriveInfo(folder);
        var size = disk.TotalSize;
        return new DiskUse(MountOf(folder), size, size - disk.TotalFreeSpace, disk.AvailableFreeSpace);
    }

    private static string MountOf(string folder)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        return DriveInfo
                .GetDrives()
                .Select(drive => Path.TrimEndingDirectorySeparator(drive.Name) + Path.DirectorySeparatorChar)
                .Select(mount => mount is "//" ? "/" : mount)
                .Where(mount => path.StartsWith(mount, StringComparison.Ordinal))
                .MaxBy(mount => mount.Length)
            ?? "";
    }
}
