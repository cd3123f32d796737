using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Artifacts;

internal static class ShowArtifact
{
    public static Command Create()
    {
        var artifact = ArtifactReference.Argument();
        return new Command("show", "Show a version and its files.") { artifact }.Does(async context =>
        {
            var reference = ArtifactReference.Parse(context.Value(artifact));
            return Print(context, await context.Client.GetAsync(reference.Path, context.Cancelled));
        });
    }

    public static int Print(CommandContext context, JsonNode version)
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
            ("created", version.Time("createdAt"))
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
}
