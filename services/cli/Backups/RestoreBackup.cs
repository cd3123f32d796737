using System.CommandLine;
using Platform.Cli.Output;
using Platform.LocalServers;

namespace Platform.Cli.Backups;

internal static class RestoreBackup
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The backup." };
        return new Command(
            "restore",
            "Make a data folder from a backup: that of --data, which must be empty or new. It is started with 'up' afterwards."
        )
        {
            file,
        }
            .Does(context => DatabaseSession.UseAsync(() => RunAsync(context, Path.GetFullPath(context.Value(file)))))
            .WithExamples("restore /backups/before-the-upgrade.tar --data /srv/platform");
    }

    private static async Task<int> RunAsync(CommandContext context, string file)
    {
        var root = DataFolder.RootOf(context.DataPath);
        BackupFile backup;
        using (var line = context.Invocation.ErrorIsTerminal ? new ProgressLine(context.Error) : null)
        {
            backup = await BackupFile.OpenAsync(
                file,
                read => line?.Show($"Checking the file: {Server.JsonText.Bytes(read)}"),
                context.Cancelled
            );
            await new Restoration(root, backup, line).RunAsync(context.Error.WriteLine, context.Cancelled);
        }

        BackupText.Warn(context, backup);
        var json = BackupText.Json(backup);
        json["dataFolder"] = root;
        return context.PrintDone(
            $"Restored {root} as it was at {backup.Header.CreatedAt:yyyy-MM-dd HH:mm:ss}Z ({BackupText.Describe(backup)}). Start it with './platform up --data {root}'.",
            json
        );
    }
}
