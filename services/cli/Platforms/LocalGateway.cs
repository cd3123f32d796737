namespace Platform.Cli.Platforms;

/// <summary>
/// Manages users and tokens directly in the database of this machine's platform, as is needed to create the first ones.
/// </summary>
internal static class LocalGateway
{
    public static Task<int> RunAsync(CommandContext context, params IReadOnlyList<string> words) =>
        LocalDatabase.RunAsync(
            context,
            BuiltPrograms.CommandFor("Platform.Gateway", [.. words, .. context.Json ? (string[])["--json"] : []])
        );
}
