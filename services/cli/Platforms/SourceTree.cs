namespace Platform.Cli.Platforms;

/// <summary>The source tree that this program was built from.</summary>
internal static class SourceTree
{
    /// <summary>A path in it, which must exist.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts)
    {
        // artifacts/bin/Platform.Cli/release
        var root = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.Parent!.FullName;
        var path = Path.Combine([root, .. parts]);
        return Path.Exists(path)
            ? path
            : throw new CliException($"{path} is missing; run ./platform from the source tree.");
    }
}
