using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Artifacts;

internal static class ListArtifacts
{
    public static Command Create()
    {
        IReadOnlyList<Column> columns =
        [
            "name",
            new Column("type", Drop: 3),
            new Column("project", Drop: 2),
            "latest",
            new Column("versions", Drop: 5),
            new Column("size", Drop: 1),
            Column.Time("updated", drop: 4),
        ];
        var type = new Option<string?>("--type") { Description = "Only artifacts of this type, such as model." };
        return ListCommand.Create(
            new ListDefinition(
                "artifacts",
                "last changed first",
                "/api/artifacts",
                [type],
                columns,
                (artifact, _) => Row(artifact),
                Bin: new BinList(
                    columns,
                    Row,
                    "These are artifacts with deleted versions; the columns describe their other versions. 'artifacts show NAME --deleted' lists the deleted ones."
                )
            )
        );
    }

    private static IReadOnlyList<string> Row(JsonNode artifact) =>
        [
            artifact.Field("name"),
            artifact.Field("type"),
            artifact.Field("project"),
            artifact.Field("latestVersion"),
            artifact.Field("versionCount"),
            artifact.Bytes("size"),
            artifact.Time("updatedAt"),
        ];
}
