using Platform.Cli.Platforms;

namespace Platform.Cli.Tokens;

/// <summary>Tokens of the platform on this machine, straight from its database: a platform that asks for tokens gets its first one so.</summary>
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
