using Platform.LocalServers;

namespace Platform.Cli.Platforms;

/// <summary>A platform that runs on this machine.</summary>
/// <param name="Folder">Its data folder.</param>
internal sealed record VisiblePlatform(string Folder, Uri Url);

/// <summary>The platforms whose processes this user can see.</summary>
internal static class VisiblePlatforms
{
    private const string DataOption = "--data=";

    /// <summary>All of them, by folder.</summary>
    public static IReadOnlyList<VisiblePlatform> Find() =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Where(process => Path.GetFileName(process).All(char.IsAsciiDigit))
                .Select(FolderOf)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Select(folder =>
                    RunningPlatform.Find(folder) is { } running ? new VisiblePlatform(folder, running.Url) : null
                )
                .OfType<VisiblePlatform>(),
        ];

    /// <summary>The data folder of a process's platform; null when it is none or belongs to somebody else.</summary>
    private static string? FolderOf(string process)
    {
        try
        {
            var words = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
            return words.Any(word => word.EndsWith("/Platform.Standalone.dll", StringComparison.Ordinal))
                    ? words
                        .FirstOrDefault(word => word.StartsWith(DataOption, StringComparison.Ordinal))
                        ?[DataOption.Length..]
                // Those of a cluster work in its folder.
                : words.Any(word => word.EndsWith("/Platform.Gateway.dll", StringComparison.Ordinal))
                    ? new DirectoryInfo(Path.Combine(process, "cwd"))
                        .ResolveLinkTarget(returnFinalTarget: false)
                        ?.FullName
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
