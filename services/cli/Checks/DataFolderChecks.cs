using System.Globalization;
using Platform.Cli.Server;
using Platform.LocalServers;

namespace Platform.Cli.Checks;

/// <summary>What can be wrong with the data folder.</summary>
internal sealed class DataFolderChecks(string root)
{
    private const double WarnAt = 0.85;
    private const double FailAt = 0.95;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>How full its disk is.</summary>
    public Check Disk()
    {
        var drive = new DriveInfo(Existing());
        return Disk(drive.TotalSize, drive.TotalSize - drive.TotalFreeSpace, drive.AvailableFreeSpace);
    }

    /// <summary>The same of a disk with these bytes.</summary>
    public static Check Disk(long size, long used, long free)
    {
        // As df counts it: what only root may use is not there for others.
        var share = size == 0 ? 1 : (double)used / (used + free);
        var found = string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} % full, {JsonText.Bytes(free)} free");
        return share >= FailAt
                ? Check.Fail(
                    "disk",
                    found,
                    "Free space, or move the data folder to a larger disk; the database stops when it is full."
                )
            : share >= WarnAt
                ? Check.Warn(
                    "disk",
                    found,
                    "Free space soon: purge what is in the recycle bin, or delete old runs and artifacts."
                )
            : Check.Ok("disk", found);
    }

    /// <summary>Whether this user can write there.</summary>
    public Check Access()
    {
        var folder = Existing();
        var probe = Path.Combine(folder, $".doctor-{Guid.CreateVersion7():N}");
        try
        {
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Check.Fail(
                "data folder",
                $"{folder} cannot be written: {FileProblems.ReasonOf(exception)}",
                "Run the platform as the user who owns it, or choose another folder with --data."
            );
        }

        return folder != root ? Check.Ok("data folder", $"{root} is not there yet and can be made")
            : (ModeOf(root) & Others) != UnixFileMode.None
                ? Check.Warn("data folder", $"others may look into {root}", $"Run: chmod go-rw {root}")
            : Check.Ok("data folder", $"{root} can be written");
    }

    /// <summary>Whether only this user can read the keys.</summary>
    public Check Secrets()
    {
        var folder = Path.Combine(root, "secrets");
        var open = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Where(file => (ModeOf(file) & Others) != UnixFileMode.None).ToList()
            : [];
        return open.Count == 0
            ? Check.Ok("secrets", Directory.Exists(folder) ? "readable by their owner only" : "none yet")
            : Check.Fail(
                "secrets",
                $"others may read {string.Join(", ", open)}",
                $"Run: chmod 600 {string.Join(' ', open)}; whoever may have read them can act as the platform, so replace them (docs/architecture.md, Keys)."
            );
    }

    private static UnixFileMode ModeOf(string path) =>
        OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    /// <summary>The folder, or the nearest one above it that there is.</summary>
    private string Existing()
    {
        var folder = root;
        while (!Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder) ?? "/";
        }

        return folder;
    }
}
