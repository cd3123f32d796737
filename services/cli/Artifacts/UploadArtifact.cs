using System.CommandLine;
using System.Text.Json;
using Platform.Cli.Output;
using Platform.Cli.Server;
using Platform.Contracts;
using Platform.Contracts.Artifacts;

namespace Platform.Cli.Artifacts;

internal static class UploadArtifact
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "The artifact's name." };
        var paths = new Argument<string[]>("path")
        {
            Description =
                "Files and folders; folders are uploaded with everything below them. A link that is named here is followed.",
            Arity = ArgumentArity.OneOrMore,
        };
        var type = new Option<string>("--type")
        {
            Description = "The artifact's type.",
            DefaultValueFactory = _ => "custom",
        };
        type.AcceptOnlyFromAmong("model", "dataset", "code", "config", "checkpoint", "custom");
        var project = new Option<string?>("--project") { Description = "The project it belongs to." };
        var description = new Option<string?>("--description") { Description = "A description for users." };
        var alias = new Option<string[]>("--alias") { Description = "An alias for the new version, besides latest." };
        var dereference = new Option<bool>("--dereference", "-L")
        {
            Description = "Follow links that leave the folder, or lead to folders; otherwise they are left out.",
        };
        return new Command("upload", "Upload files as a new version.")
        {
            name,
            paths,
            type,
            project,
            description,
            alias,
            dereference,
        }.Does(async context =>
        {
            var version = new CreateVersion
            {
                Type = context.Value(type)!,
                Project = context.Value(project),
                Description = context.Value(description),
                Aliases = context.Value(alias) ?? [],
                Files = [],
            };
            var (files, leftOut) = ArtifactUpload.FilesOf(context.Value(paths), context.Value(dereference));
            foreach (var (left, reason) in leftOut)
            {
                await context.Error.WriteLineAsync($"platform: left out {left}: {reason}");
            }

            using var line = context.Invocation.ErrorIsTerminal ? new ProgressLine(context.Error) : null;
            var upload = new ArtifactUpload(context.Client, context.Error.WriteLine, line);
            var made = await upload.CreateVersionAsync(context.Value(name), version, files, context.Cancelled);
            if (leftOut.Count > 0)
            {
                await context.Error.WriteLineAsync(
                    $"platform: stored {Count.Of(files.Count, "file")}, left out {leftOut.Count}"
                );
            }

            return Print(context, made);
        });
    }

    /// <summary>Not its files, of which there may be thousands; <c>artifacts show</c> lists them.</summary>
    private static int Print(CommandContext context, ArtifactManifest version)
    {
        if (context.Json)
        {
            return context.PrintJson(JsonSerializer.SerializeToNode(version, JsonDefaults.Lenient)!);
        }

        context.PrintFields(
            ("artifact", $"{version.Name}:{version.Version}"),
            ("files", $"{version.Files.Count}"),
            ("size", JsonText.Bytes(version.Size)),
            ("digest", version.Digest)
        );
        return 0;
    }
}
