namespace Platform.Cli;

/// <summary>A command cannot do what was asked; the message is the one line that the person sees.</summary>
internal class CliException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The platform does not answer at the moment; whoever has time may ask again.</summary>
internal sealed class PlatformUnavailableException(string message, Exception? inner = null)
    : CliException(message, inner);
