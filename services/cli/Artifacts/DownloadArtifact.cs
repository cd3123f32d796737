using System.CommandLine;
using Platform.Cli.Server;
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
        return new Command("download", "Download a version; run it again to resume an interrupted download.")
        {
            artifact,
            folder,
        }.Does(async context =>
        {
            var reference = ArtifactReference.Parse(context.Value(artifact));
            var manifest = await context.Client.GetAsync<ArtifactManifest>(reference.Path, context.Cancelled);
            var target = Path.GetFullPath(context.Value(folder!) ?? reference.Name);
            // By number: an alias may move during the download.
            var version = reference with
            {
                Version = $"{manifest.Version}",
            };
            await context.Error.WriteLineAsync(
                $"Downloading {manifest.Files.Count} files ({JsonText.Bytes(manifest.Files.Sum(file => file.Size))}) …"
            );
            using (var line = context.Invocation.ErrorIsTerminal ? new ProgressLine(context.Error) : null)
            {
                await new ArtifactDownload(context.Client, line).FetchAllAsync(
                    version,
                    manifest.Files,
                    target,
                    context.Cancelled
                );
            }

            await context.Out.WriteLineAsync(
                $"{manifest.Name}:{manifest.Version}, {manifest.Files.Count} files, verified, in {target}"
            );
            return 0;
        });
    }
}
