using Platform.Cli.Platforms;

namespace Platform.Cli.Tokens;

/// <summary>
/// Manages tokens directly in the database of this machine's platform, as is needed to create the first one.
/// </summary>
internal static class LocalTokens
{
    public static Task<int> RunAsync(CommandContext context, params IReadOnlyList<string> words) =>
        LocalDatabase.RunAsync(
            context,
            BuiltPrograms.CommandFor(
                "Platform.Gateway",
                ["tokens", .. words, .. context.Json ? (string[])["--json"] : []]
            )
        );
}
