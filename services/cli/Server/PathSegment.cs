namespace Platform.Cli.Server;

/// <summary>Text of the user as one segment of a path.</summary>
internal static class PathSegment
{
    /// <summary>Escapes it.</summary>
    /// <exception cref="CliException">
    /// It cannot be one: an empty one would be left out and dots would name another path, so that the answer would be about something
    /// else.
    /// </exception>
    public static string Of(string text) =>
        text.Trim() is "" or "." or ".."
            ? throw new CliException($"'{text}' is no name or ID.")
            : Uri.EscapeDataString(text);
}
