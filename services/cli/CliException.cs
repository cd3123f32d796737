namespace Platform.Cli;

/// <summary>A command cannot do what was asked; the message is the one line that the person sees.</summary>
internal sealed class CliException(string message, Exception? inner = null) : Exception(message, inner);
