namespace Platform.Cli.RunFiles;

/// <summary>Writes files that are complete when they are there.</summary>
internal static class WholeFile
{
    /// <summary>Writes a file beside it, which takes its name at the end.</summary>
    /// <exception cref="CliException">It cannot be written.</exception>
    public static async Task WriteAsync(string file, Func<Stream, Task> write)
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
                    128 * 1024
                )
            )
            {
                await write(stream);
            }

            File.Move(partial, file, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Unwritable(file, exception);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
