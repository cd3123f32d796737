namespace Platform.TestServers;

/// <summary>A folder that is deleted at the end. PostgreSQL does not run as root: its user passes through to its own folder.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() =>
        File.SetUnixFileMode(
            Path,
            UnixFileMode.UserRead
                | UnixFileMode.UserWrite
                | UnixFileMode.UserExecute
                | UnixFileMode.GroupExecute
                | UnixFileMode.OtherExecute
        );

    public string Path { get; } = Directory.CreateTempSubdirectory("platform-servers-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
