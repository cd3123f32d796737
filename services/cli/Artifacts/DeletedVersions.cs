using System.Globalization;
using Platform.Cli.Server;

namespace Platform.Cli.Artifacts;

internal static class DeletedVersions
{
    public static RecycleBin Bin { get; } =
        new(
            "version",
            "The versions, such as name:3; an alias names the version that it points at.",
            "The versions by number, such as name:3, as 'artifacts show NAME --deleted' lists them.",
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
        if (NumberOf(reference.Version) is { } number)
        {
            return $"{reference.Name}:{number}";
        }

        if (deleted)
        {
            throw new CliException(
                $"'{text}' is an alias. A deleted version is named by its number, such as {reference.Name}:3; './platform artifacts show {reference.Name} --deleted' lists them."
            );
        }

        var version = await reference.ReadAsync(context);
        return $"{reference.Name}:{version.Field("version")}";
    }

    /// <summary>The number of <c>3</c> or <c>v3</c>; null for an alias.</summary>
    private static int? NumberOf(string version) =>
        int.TryParse(
            version.StartsWith('v') ? version.AsSpan(1) : version,
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;
}
