namespace Platform.Cli;

/// <summary>A command failed; the message is the one line that the user sees.</summary>
internal class CliException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; init; } = 1;
}

/// <summary>The command line itself is wrong, as far as only the command can tell.</summary>
internal sealed class UsageException : CliException
{
    public UsageException(string message)
        : base(message) => ExitCode = CommandLineProgram.InvalidArguments;
}

/// <summary>The platform has nothing of that name.</summary>
internal sealed class NotFoundException(string message) : CliException(message);

/// <summary>The platform does not do it as things are.</summary>
internal sealed class ConflictException(string message) : CliException(message);

/// <summary>The platform takes no request of that size.</summary>
internal sealed class TooLargeException(string message) : CliException(message);

/// <summary>The platform is unavailable at the moment; the caller may retry.</summary>
internal sealed class PlatformUnavailableException(string message, Exception? inner = null)
    : CliException(message, inner);
