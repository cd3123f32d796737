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
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // .NET cannot name a file whose name is not UTF-8.
            using var remove = System.Diagnostics.Process.Start("rm", ["-rf", "--", Path]);
            remove.WaitForExit();
        }
    }
}
