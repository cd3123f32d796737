namespace Platform.TestServers;

/// <summary>
/// A folder that is deleted at the end; in memory where there is room, as creating databases is mostly writing files. PostgreSQL
/// does not run as root: its user passes through to its own folder.
/// </summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const string Memory = "/dev/shm";
    private const long WantedBytes = 6L << 30;

    public TemporaryFolder() =>
        File.SetUnixFileMode(
            Path,
            UnixFileMode.UserRead
                | UnixFileMode.UserWrite
                | UnixFileMode.UserExecute
                | UnixFileMode.GroupExecute
                | UnixFileMode.OtherExecute
        );

    public string Path { get; } = Create();

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static string Create() =>
        Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace >= WantedBytes
            ? Directory.CreateDirectory($"{Memory}/platform-servers-{Guid.CreateVersion7():N}").FullName
            : Directory.CreateTempSubdirectory("platform-servers-").FullName;
}
