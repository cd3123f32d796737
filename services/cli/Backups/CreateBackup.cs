using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Backups;

internal static class CreateBackup
{
    /// <param name="verify">The command that checks a backup.</param>
    public static Command Create(Command verify)
    {
        var file = new Argument<string>("file")
        {
            Description =
                "The file to write, which must not exist; or a folder, in which the file gets a name from the time.",
        };
        var online = new Option<bool>("--online")
        {
            Description =
                "Also while the platform runs. What runs then ends as lost once the backup is restored, and is tried again.",
        };
        var keep = new Option<int?>("--keep")
        {
            Description =
                "With a folder: how many of the newest backups in it to keep. The others are deleted at the end.",
            HelpName = "N",
        };
        keep.AcceptOnlyBetween(1, 10_000, "--keep must be between 1 and 10000.");
        return new Command(
            "backup",
            "Write everything that a platform with its own database has stored into one file, and check the file."
        )
        {
            file,
            online,
            keep,
            verify,
        }
            .Does(context =>
                DatabaseSession.UseAsync(() =>
                    RunAsync(context, context.Value(file), context.Value(online), context.Value(keep))
                )
            )
            .WithExamples(
                "backup /backups/before-the-upgrade.tar",
                "backup --online --keep 14 /backups/",
                "backup verify /backups/before-the-upgrade.tar"
            );
    }

    private static async Task<int> RunAsync(CommandContext context, string target, bool online, int? keep)
    {
        var folder = Directory.Exists(target) ? Path.GetFullPath(target) : null;
        if (keep is not null && folder is null)
        {
            throw new UsageException($"--keep needs a folder that exists; {target} is none.");
        }

        var file = folder is null
            ? Path.GetFullPath(target)
            : Path.Combine(folder, BackupNames.FileAt(TimeProvider.System.GetUtcNow()));
        if (Path.Exists(file))
        {
            throw new CliException($"{file} exists already and is not overwritten; give another name.");
        }

        BackupFile written;
        await using (var source = await BackupSource.OpenAsync(context, online))
        {
            using var line = context.Invocation.ErrorIsTerminal ? new ProgressLine(context.Error) : null;
            var blobFolder = context.Invocation.Variable("Artifacts__Folder");
            written = await new BackupCreation(
                source,
                string.IsNullOrEmpty(blobFolder) ? null : Path.GetFullPath(blobFolder),
                line
            ).WriteAsync(file, context.Cancelled);
        }

        var deleted = keep is null ? [] : BackupNames.FilesIn(folder!).Skip(keep.Value).ToList();
        deleted.ForEach(File.Delete);
        var json = BackupText.Json(written);
        json["deleted"] = new JsonArray([.. deleted.Select(old => (JsonNode)old)]);
        BackupText.Warn(context, written);
        return context.PrintDone(
            $"Wrote and checked {file} ({BackupText.Describe(written)})"
                + (deleted.Count == 0 ? "." : $"; deleted {Count.Of(deleted.Count, "older backup")}."),
            json
        );
    }
}

/// <summary>What is said of a backup.</summary>
internal static class BackupText
{
    public static string Describe(BackupFile backup) =>
        $"{Count.Of(backup.Manifest.Events(), "event")}, {Count.Of(backup.Manifest.Blobs.Count, "blob")} of {JsonText.Bytes(backup.Manifest.Blobs.Bytes)}, {JsonText.Bytes(new FileInfo(backup.Path).Length)} in all";

    public static JsonObject Json(BackupFile backup) =>
        new()
        {
            ["file"] = backup.Path,
            ["bytes"] = new FileInfo(backup.Path).Length,
            ["format"] = backup.Header.Format,
            ["platformVersion"] = backup.Header.PlatformVersion,
            ["createdAt"] = backup.Header.CreatedAt,
            ["host"] = backup.Header.Host,
            ["events"] = new JsonObject(
                backup.Manifest.Schemas.Select(schema =>
                    KeyValuePair.Create(
                        schema.Name,
                        (JsonNode?)
                            new JsonObject(
                                schema.Events.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))
                            )
                    )
                )
            ),
            ["blobs"] = backup.Manifest.Blobs.Count,
            ["blobBytes"] = backup.Manifest.Blobs.Bytes,
            ["missingBlobs"] = new JsonArray([.. backup.Manifest.Blobs.Missing.Select(name => (JsonNode)name)]),
            ["damagedBlobs"] = new JsonArray([.. backup.Manifest.Blobs.Damaged.Select(name => (JsonNode)name)]),
        };

    /// <summary>Tells what the store of the backed up platform had lost.</summary>
    public static void Warn(CommandContext context, BackupFile backup)
    {
        var blobs = backup.Manifest.Blobs;
        if (blobs.Missing.Count > 0)
        {
            context.Error.WriteLine(
                $"platform: {Count.Of(blobs.Missing.Count, "blob")} that the database names had no bytes in the store and could not be backed up; --json names them. Upload the same files again."
            );
        }

        if (blobs.Damaged.Count > 0)
        {
            context.Error.WriteLine(
                $"platform: {Count.Of(blobs.Damaged.Count, "blob")} had other bytes in the store than they should, and are left out by a restore; --json names them. Delete them in the store and upload the same files again."
            );
        }
    }
}
