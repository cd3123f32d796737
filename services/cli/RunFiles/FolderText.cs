using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Cli.RunFiles;

/// <summary>Names, times and numbers as other trackers write them.</summary>
internal static partial class FolderText
{
    private const int MaxProject = 200;

    /// <summary>The largest time that this platform can have.</summary>
    private static readonly double _maxMilliseconds = (
        DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch
    ).TotalMilliseconds;

    /// <summary>A name as the path of a project: what a path cannot have becomes a dash.</summary>
    public static string Project(string name)
    {
        var parts = NoWord()
            .Replace(name, "-")
            .Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Where(part => part is not ("." or ".."));
        var path = string.Join('/', parts);
        return path.Length == 0 ? "imported" : path[..Math.Min(path.Length, MaxProject)].TrimEnd('/');
    }

    /// <summary>A time in milliseconds since 1970; null when it is none.</summary>
    public static DateTimeOffset? Milliseconds(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && number >= 0
        && number < _maxMilliseconds
            ? DateTimeOffset.UnixEpoch.AddMilliseconds(number)
            : null;

    /// <summary>A time in seconds since 1970, or as ISO 8601; null when it is none.</summary>
    public static DateTimeOffset? Seconds(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number >= 0 && number < _maxMilliseconds / 1000
                ? DateTimeOffset.UnixEpoch.AddSeconds(number)
                : null
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                ? at
                : null;

    /// <summary>A number as Python writes it.</summary>
    public static bool TryParse(string text, out double value)
    {
        value = text.ToLowerInvariant() switch
        {
            "nan" => double.NaN,
            "inf" or "infinity" => double.PositiveInfinity,
            "-inf" or "-infinity" => double.NegativeInfinity,
            _ => 0,
        };
        return value is not 0 || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    [GeneratedRegex(@"[^A-Za-z0-9_\-./]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoWord();
}
