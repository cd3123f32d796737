using System.Runtime.InteropServices;

namespace Platform.LocalServers;

/// <summary>Why a file cannot be used, in the system's words: those of .NET repeat the path, or name one that no user knows.</summary>
public static class FileProblems
{
    /// <summary>Above are the codes of .NET's own errors.</summary>
    private const int LargestSystemError = 133;

    /// <summary>The reason as the end of a sentence, without a full stop.</summary>
    public static string ReasonOf(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception switch
        {
            FileNotFoundException or DirectoryNotFoundException => "no such file or folder",
            PathTooLongException => "its name is too long",
            UnauthorizedAccessException { InnerException: IOException cause } => ReasonOf(cause),
            UnauthorizedAccessException => "permission denied",
            IOException { HResult: > 0 and <= LargestSystemError and var error } when !OperatingSystem.IsWindows() =>
                InSentence(Marshal.GetPInvokeErrorMessage(error)),
            _ => InSentence(exception.Message.TrimEnd('.')),
        };
    }

    private static string InSentence(string message) =>
        message.Length > 1 && char.IsLower(message[1]) ? char.ToLowerInvariant(message[0]) + message[1..] : message;
}
