using System.CommandLine;
using System.Text.Json;
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
            Description = "Files and folders; folders are uploaded with everything below them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var type = new Option<string>("--type")
        {
            Description = "The artifact's type (custom).",
            DefaultValueFactory = _ => "custom",
        };
        type.AcceptOnlyFromAmong("model", "dataset", "code", "config", "checkpoint", "custom");
        var project = new Option<string?>("--project") { Description = "The project it belongs to." };
        var description = new Option<string?>("--description") { Description = "A description for users." };
        var alias = new Option<string[]>("--alias") { Description = "An alias for the new version, besides latest." };
        return new Command("upload", "Upload files as a new version.")
        {
            name,
            paths,
            type,
            project,
            description,
            alias,
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
            var files = ArtifactUpload.FilesOf(context.Value(paths));
            var upload = new ArtifactUpload(context.Client, context.Error.WriteLine);
            var made = await upload.CreateVersionAsync(context.Value(name), version, files, context.Cancelled);
            return ShowArtifact.Print(context, JsonSerializer.SerializeToNode(made, JsonDefaults.Lenient)!);
        });
    }
}
