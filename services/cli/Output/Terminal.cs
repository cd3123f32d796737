using System.Globalization;
using Platform.LocalServers;

namespace Platform.Cli.Output;

/// <summary>The terminal that a command prints to.</summary>
/// <param name="Width">Characters in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="HasColors">False with <c>NO_COLOR</c> (no-color.org) and on a terminal without any.</param>
internal sealed record Terminal(int Width, int Height, bool HasColors)
{
    /// <summary>Of whoever sits at it.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Local;

    private const int DefaultWidth = 80;
    private const int DefaultHeight = 24;

    /// <summary>
    /// The terminal of this process's output; null when the output goes elsewhere. The size comes from the system:
    /// <c>Console.WindowWidth</c> switches the keyboard to another mode and prints that switch.
    /// </summary>
    /// <param name="variable">Environment variables by name.</param>
    public static Terminal? OfProcess(Func<string, string?> variable)
    {
        if (Console.IsOutputRedirected)
        {
            return null;
        }

        var (width, height) = Unix.TerminalSize() ?? (0, 0);
        return new Terminal(
            width > 0 ? width : Number(variable("COLUMNS")) ?? DefaultWidth,
            height > 0 ? height : Number(variable("LINES")) ?? DefaultHeight,
            string.IsNullOrEmpty(variable("NO_COLOR")) && variable("TERM") is not (null or "" or "dumb")
        );
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : null;
}
