using System.CommandLine;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Artifacts;

internal static class ListArtifacts
{
    public static Command Create()
    {
        var type = new Option<string?>("--type") { Description = "Only artifacts of this type, such as model." };
        return ListCommand.Create(
            new ListDefinition(
                "artifacts",
                "last changed first",
                "/api/artifacts",
                [type],
                [
                    "name",
                    new Column("type", Drop: 3),
                    new Column("project", Drop: 2),
                    "latest",
                    new Column("versions", Drop: 5),
                    new Column("size", Drop: 1),
                    new Column("updated", Drop: 4, Least: 19),
                ],
                (artifact, _) =>
                    [
                        artifact.Field("name"),
                        artifact.Field("type"),
                        artifact.Field("project"),
                        artifact.Field("latestVersion"),
                        artifact.Field("versionCount"),
                        artifact.Bytes("size"),
                        artifact.Time("updatedAt"),
                    ],
                HasRecycleBin: true
            )
        );
    }
}
