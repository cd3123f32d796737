using System.CommandLine;
using Platform.Cli.Backups;
using Platform.Cli.Output;

namespace Platform.Cli.Checks;

internal static class VerifyPlatform
{
    public static Command Create()
    {
        var blobs = new Option<bool>("--blobs")
        {
            Description = "Read the bytes of all blobs; otherwise those of 100, and of the others only the size.",
        };
        return new Command(
            "verify",
            "Check what a platform with its own database has stored, whether it runs or not: events, counts, blobs. Nothing is changed."
        )
        {
            blobs,
        }
            .Does(context => DatabaseSession.UseAsync(() => RunAsync(context, context.Value(blobs))))
            .WithExamples("verify", "verify --blobs --json");
    }

    private static async Task<int> RunAsync(CommandContext context, bool allBlobs)
    {
        List<Check> checks;
        await using (var source = await BackupSource.OpenAsync(context, online: true))
        await using (var database = await DatabaseSession.OpenAsync(source.ConnectionString, context.Cancelled))
        {
            using var line = context.Invocation.ErrorIsTerminal ? new ProgressLine(context.Error) : null;
            var dump = new DatabaseDump(database);
            await database.ExecuteAsync("begin isolation level repeatable read read only", context.Cancelled);
            checks = await new StoredEvents(database).CheckAsync(
                schema => line?.Show($"Checking the schema {schema}"),
                context.Cancelled
            );
            var named = await dump.BlobsAsync(context.Cancelled);
            await database.ExecuteAsync("commit", context.Cancelled);
            var blobs = new StoredBlobs(
                named,
                sha256 => source.BlobFile(context.Invocation.Variable("Artifacts__Folder"), sha256)
            );
            await blobs.ReadAsync(allBlobs, done => line?.Show($"Reading blobs: {done}"), context.Cancelled);
            checks.Add(blobs.Compare(await dump.BlobsAsync(context.Cancelled)));
        }

        return Check.Print(context, checks);
    }
}
