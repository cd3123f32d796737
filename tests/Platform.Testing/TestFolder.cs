namespace Platform.Testing;

/// <summary>A folder that other users may pass through, as PostgreSQL's own user must; gone at the end.</summary>
public sealed class TestFolder : IDisposable
{
    /// <summary>Makes it.</summary>
    public TestFolder()
    {
        Path = Directory.CreateTempSubdirectory("platform-test-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(
                Path,
                File.GetUnixFileMode(Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute
            );
        }
    }

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>A path in it.</summary>
    public string In(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
