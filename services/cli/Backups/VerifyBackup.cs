using System.CommandLine;
using Platform.Cli.Output;

namespace Platform.Cli.Backups;

internal static class VerifyBackup
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The backup." };
        return new Command(
            "verify",
            "Read a backup and check that this release can restore it, and that nothing of it is missing or changed."
        )
        {
            file,
        }.Does(async context =>
        {
            BackupFile backup;
            using (var line = context.Invocation.ErrorIsTerminal ? new ProgressLine(context.Error) : null)
            {
                backup = await BackupVerification.RunAsync(
                    Path.GetFullPath(context.Value(file)),
                    line,
                    context.Cancelled
                );
            }

            BackupText.Warn(context, backup);
            return context.PrintDone(
                $"{backup.Path} is whole: {BackupText.Describe(backup)}; written by release {backup.Header.PlatformVersion} on {backup.Header.Host} at {backup.Header.CreatedAt:yyyy-MM-dd HH:mm:ss}Z.",
                BackupText.Json(backup)
            );
        });
    }
}
