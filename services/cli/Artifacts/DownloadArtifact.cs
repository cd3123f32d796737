using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Contracts;
using Platform.Contracts.Artifacts;

namespace Platform.Cli.Artifacts;

internal static class DownloadArtifact
{
    public static Command Create()
    {
        var artifact = ArtifactReference.Argument();
        var folder = new Argument<string?>("folder")
        {
            Description = "Where to put its files; by default a folder with the artifact's name.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var force = new Option<bool>("--force")
        {
            Description = "Overwrite files of the folder that have other content.",
        };
        return new Command("download", "Download a version; run it again to resume an interrupted download.")
        {
            artifact,
            folder,
            force,
        }.Does(async context =>
        {
            var reference = ArtifactReference.Parse(context.Value(artifact));
            var manifest = (await reference.ReadAsync(context)).Deserialize<ArtifactManifest>(JsonDefaults.Lenient)!;
            var target = Path.GetFullPath(context.Value(folder) ?? reference.Name);
            // By number: an alias may move during the download.
            var version = reference with
            {
                Version = $"{manifest.Version}",
            };
            using (var line = context.Invocation.ErrorIsTerminal ? new ProgressLine(context.Error) : null)
            {
                await new ArtifactDownload(context.Client, context.Error.WriteLine, line).FetchAllAsync(
                    version,
                    manifest.Files,
                    target,
                    context.Value(force),
                    context.Cancelled
                );
            }

            return context.PrintDone(
                $"{manifest.Name}:{manifest.Version}, {Count.Of(manifest.Files.Count, "file")}, verified, in {target}",
                new JsonObject
                {
                    ["name"] = manifest.Name,
                    ["version"] = manifest.Version,
                    ["files"] = manifest.Files.Count,
                    ["folder"] = target,
                }
            );
        });
    }
}
