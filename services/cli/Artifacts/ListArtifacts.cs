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
            "artifacts",
            "last changed first",
            "/api/artifacts",
            [type],
            ["name", "type", "project", "latest", "versions", "size", "updated"],
            (artifact, _) =>
                [
                    artifact.Field("name"),
                    artifact.Field("type"),
                    artifact.Field("project"),
                    artifact.Field("latestVersion"),
                    artifact.Field("versionCount"),
                    artifact.Bytes("size"),
                    artifact.Time("updatedAt"),
                ]
        );
    }
}
