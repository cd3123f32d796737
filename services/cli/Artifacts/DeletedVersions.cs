using Platform.Cli.Server;

namespace Platform.Cli.Artifacts;

internal static class DeletedVersions
{
    public static RecycleBin Bin { get; } =
        new(
            "version",
            "The versions, such as name:3; an alias names the version that it points at.",
            "/api/artifacts/versions",
            FindAsync,
            id => $"{ArtifactReference.Parse(id).Path}/restore"
        );

    /// <summary>Aliases of deleted versions lead nowhere, so that these are named by their numbers.</summary>
    private static async Task<string> FindAsync(CommandContext context, string text, bool deleted)
    {
        if (!text.Contains(':', StringComparison.Ordinal))
        {
            throw new CliException($"'{text}' names all versions of an artifact; name one, such as {text}:3.");
        }

        var reference = ArtifactReference.Parse(text);
        if (deleted || int.TryParse(reference.Version, out _))
        {
            return text;
        }

        var version = await context.Client.GetAsync(reference.Path, context.Cancelled);
        return $"{reference.Name}:{version.Field("version")}";
    }
}
