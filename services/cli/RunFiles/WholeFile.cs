using Platform.Sdk;

namespace Platform.Cli.RunFiles;

/// <summary>Writes files that are complete when they are there.</summary>
internal static class WholeFile
{
    private const int BufferSize = 128 * 1024;

    /// <summary>
    /// Writes a file beside it, which takes its name and mode at the end. What a link leads to is replaced, not the link; a device or
    /// a pipe is written to.
    /// </summary>
    /// <exception cref="CliException">It cannot be written.</exception>
    public static async Task WriteAsync(string file, Func<Stream, Task> write)
    {
        try
        {
            if (Path.Exists(file) && !Directory.Exists(file) && !ArtifactFolder.IsRegular(file))
            {
                await using var stream = new FileStream(
                    file,
                    FileMode.Open,
                    FileAccess.Write,
                    FileShare.ReadWrite,
                    BufferSize
                );
                await write(stream);
                return;
            }

            var target = Path.Exists(file) ? File.ResolveLinkTarget(file, returnFinalTarget: true) : null;
            await ReplaceAsync(target?.FullName ?? file, write);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Unwritable(file, exception);
        }
    }

    private static async Task ReplaceAsync(string file, Func<Stream, Task> write)
    {
        var partial = $"{file}.{Guid.CreateVersion7():N}.part";
        try
        {
            await using (
                var stream = new FileStream(
                    partial,
                    FileMode.CreateNew,
                    FileAccess.ReadWrite,
                    FileShare.None,
                    BufferSize
                )
            )
            {
                if (!OperatingSystem.IsWindows() && File.Exists(file))
                {
                    File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(file));
                }

                await write(stream);
            }

            File.Move(partial, file, overwrite: true);
        }
        finally
        {
            // Where its folder is not there, neither is it.
            if (File.Exists(partial))
            {
                File.Delete(partial);
            }
        }
    }
}
