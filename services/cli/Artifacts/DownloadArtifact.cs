using System.CommandLine;
using System.Text.Json;
using Platform.Cli.Output;
using Platform.Cli.Server;
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
            await context.Error.WriteLineAsync(
                $"Downloading {Count.Of(manifest.Files.Count, "file")} ({JsonText.Bytes(manifest.Files.Sum(file => file.Size))}) …"
            );
            using (var line = context.Invocation.ErrorIsTerminal ? new ProgressLine(context.Error) : null)
            {
                await new ArtifactDownload(context.Client, line).FetchAllAsync(
                    version,
                    manifest.Files,
                    target,
                    context.Value(force),
                    context.Cancelled
                );
            }

            await context.Out.WriteLineAsync(
                $"{manifest.Name}:{manifest.Version}, {Count.Of(manifest.Files.Count, "file")}, verified, in {target}"
            );
            return 0;
        });
    }
}
