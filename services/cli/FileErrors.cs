using Platform.LocalServers;

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
                _ => $"{file} cannot be read: {FileProblems.ReasonOf(exception)}.",
            },
            exception
        );

    /// <summary>Why a file cannot be written.</summary>
    public static CliException Unwritable(string file, Exception exception) =>
        new($"{file} cannot be written: {FileProblems.ReasonOf(exception)}.", exception);

    /// <summary>What is said of an error about a file when nobody knows which the user meant: .NET may name one in quotes.</summary>
    public static string Describe(Exception exception)
    {
        var reason = FileProblems.ReasonOf(exception);
        return exception.Message.Split('\'') is [_, ['/', ..] file, ..]
            ? $"{file} cannot be used: {reason}."
            : $"A file or pipe cannot be used: {reason}.";
    }
}
