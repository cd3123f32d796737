namespace Platform.Cli;

/// <summary>What is wrong with a user's file, in words that name it once; those of .NET repeat the path.</summary>
internal static class FileErrors
{
    /// <summary>Why a file that the user named cannot be read.</summary>
    public static CliException Unreadable(string file, Exception exception) =>
        new(
            exception switch
            {
                FileNotFoundException or DirectoryNotFoundException => $"{file} does not exist.",
                UnauthorizedAccessException when Directory.Exists(file) => $"{file} is a folder, not a file.",
                UnauthorizedAccessException => $"{file} cannot be read: permission denied.",
                _ => $"{file} cannot be read: {exception.Message}",
            },
            exception
        );
}
