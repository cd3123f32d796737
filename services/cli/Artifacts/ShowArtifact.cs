using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Artifacts;

internal static class ShowArtifact
{
    private const string PageSize = "200";

    public static Command Create()
    {
        var artifact = ArtifactReference.Argument();
        var deleted = new Option<bool>("--deleted")
        {
            Description = "List the artifact's versions in the recycle bin; 'artifacts restore name:3' takes one out.",
        };
        return new Command("show", "Show a version and its files.") { artifact, deleted }.Does(async context =>
            context.Value(deleted)
                ? await ListDeletedAsync(context, context.Value(artifact))
                : Print(context, await ArtifactReference.Parse(context.Value(artifact)).ReadAsync(context))
        );
    }

    private static int Print(CommandContext context, JsonNode version)
    {
        if (context.Json)
        {
            return context.PrintJson(version);
        }

        var aliases = string.Join(", ", version.Items("aliases").Select(alias => alias.Text()));
        context.PrintFields(
            ("artifact", $"{version.Field("name")}:{version.Field("version")}"),
            ("type", version.Field("type")),
            ("aliases", aliases.Length == 0 ? "–" : aliases),
            ("size", version.Bytes("size")),
            ("digest", version.Field("digest")),
            ("job", version.Field("jobId")),
            ("created", context.Time(version, "createdAt"))
        );
        context.PrintTable(
            ["file", "size", new Column("sha256", Drop: 1)],
            version
                .Items("files")
                .Select(file => (IReadOnlyList<string>)[file.Field("path"), file.Bytes("size"), file.Field("sha256")]),
            "It has no files."
        );
        return 0;
    }

    private static async Task<int> ListDeletedAsync(CommandContext context, string name)
    {
        if (name.Contains(':', StringComparison.Ordinal))
        {
            throw new UsageException(
                $"--deleted lists the versions of an artifact; name it without one, not '{name}'."
            );
        }

        var path = $"{ArtifactReference.Parse(name).ArtifactPath}/versions";
        var versions = new JsonArray();
        string? cursor = null;
        do
        {
            var page = await context.Client.GetAsync(
                Query.Path(path, ("deleted", "true"), ("limit", PageSize), ("cursor", cursor)),
                context.Cancelled
            );
            foreach (var version in page.Items())
            {
                versions.Add(version.DeepClone());
            }

            cursor = page["nextCursor"].Text();
        } while (cursor is not null);

        if (context.Json)
        {
            return context.PrintJson(new JsonObject { ["items"] = versions });
        }

        context.PrintTable(
            [
                "version",
                new Column("size", Drop: 3),
                Column.Time("deleted", drop: 1),
                new Column("by", Drop: 2),
                new Column("reason", Least: 20),
            ],
            versions
                .OfType<JsonNode>()
                .Select(version =>
                    (IReadOnlyList<string>)
                        [
                            version.Field("version"),
                            version.Bytes("size"),
                            version.Time("deletedAt"),
                            version.Person("deletedBy"),
                            version.Field("deleteReason"),
                        ]
                ),
            $"No versions of {name} are in the recycle bin."
        );
        return 0;
    }
}
