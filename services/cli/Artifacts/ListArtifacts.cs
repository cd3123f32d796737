using System.CommandLine;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Artifacts;

internal static class ListArtifacts
{
    public static Command Create()
    {
        var project = new Option<string?>("--project") { Description = "Only artifacts of this project." };
        var type = new Option<string?>("--type") { Description = "Only artifacts of this type, such as model." };
        var search = new Option<string?>("--search") { Description = "Only artifacts whose name has this text." };
        var limit = new Option<int>("--limit") { Description = "How many (50).", DefaultValueFactory = _ => 50 };
        var cursor = new Option<string?>("--cursor") { Description = "The next page, as the last one named it." };
        return new Command("list", "List artifacts.") { project, type, search, limit, cursor }.Does(async context =>
        {
            var path = Query.Path(
                "/api/artifacts",
                ("project", context.Value(project)),
                ("type", context.Value(type)),
                ("search", context.Value(search)),
                ("limit", $"{context.Value(limit)}"),
                ("cursor", context.Value(cursor))
            );
            var page = await context.Client.GetAsync(path, context.Cancelled);
            if (context.Json)
            {
                return context.PrintJson(page);
            }

            context.PrintTable(
                ["name", "type", "project", "latest", "versions", "size", "updated"],
                page.Items()
                    .Select(artifact =>
                        (IReadOnlyList<string>)
                            [
                                artifact.Field("name"),
                                artifact.Field("type"),
                                artifact.Field("project"),
                                artifact.Field("latestVersion"),
                                artifact.Field("versionCount"),
                                artifact.Bytes("size"),
                                artifact.Time("updatedAt"),
                            ]
                    ),
                "No artifacts."
            );
            Query.PrintMore(context, page);
            return 0;
        });
    }
}
