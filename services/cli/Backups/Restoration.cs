using System.Diagnostics;
using Platform.Cli.Output;
using Platform.Cli.Platforms;
using Platform.LocalServers;

namespace Platform.Cli.Backups;

/// <summary>
/// Makes a data folder from a backup, in a folder within it whose contents are moved to their places at the end: when something fails,
/// nothing is left of it.
/// </summary>
internal sealed class Restoration(string root, BackupFile backup, ProgressLine? line)
{
    /// <summary>What is moved. The database is the last: with it a platform takes the folder for its own.</summary>
    private static readonly string[] _parts = ["blobs", "secrets", "postgres"];

    /// <param name="report">Told what takes long.</param>
    public async Task RunAsync(Action<string> report, CancellationToken cancellationToken)
    {
        var isNew = !Directory.Exists(root);
        if (!isNew && Directory.EnumerateFileSystemEntries(root).Any())
        {
            throw new CliException(
                $"{root} is not empty; a backup is restored into an empty or a new folder only. Give one with --data."
            );
        }

        var data = new DataFolder(root);
        var isDone = false;
        try
        {
            using var claim = data.Lock($"Another platform or command uses {root}; choose another folder with --data.");
            var unfinished = new DataFolder(data.PathOf(".restoring"));
            try
            {
                await FillAsync(unfinished, report, cancellationToken);
                Unix.FlushFileSystem(root);
                foreach (var part in _parts.Where(part => Directory.Exists(unfinished.PathOf(part))))
                {
                    Directory.Move(unfinished.PathOf(part), data.PathOf(part));
                }

                Unix.FlushFileSystem(root);
                isDone = true;
            }
            finally
            {
                await PrivatePostgres.StopAsync(unfinished.PathOf("postgres"), CancellationToken.None);
                Directory.Delete(unfinished.Root, recursive: true);
            }
        }
        finally
        {
            if (!isDone)
            {
                File.Delete(data.PathOf("platform.lock"));
            }

            if (!isDone && isNew)
            {
                Directory.Delete(root, recursive: true);
            }
        }
    }

    private async Task FillAsync(DataFolder folder, Action<string> report, CancellationToken cancellationToken)
    {
        var server = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Folder = folder.PathOf("postgres") },
            report,
            cancellationToken
        );
        await MigrateAsync(folder, server.ConnectionString, cancellationToken);
        await using (var database = await DatabaseSession.OpenAsync(server.ConnectionString, cancellationToken))
        await using (var load = new DatabaseLoad(database, backup))
        {
            await load.BeginAsync(cancellationToken);
            var target = new DataFolderTarget(folder, load, cancellationToken);
            await new BackupCheck(backup, target).RunAsync(
                read => line?.Show($"Restoring: {Server.JsonText.Bytes(read)}"),
                cancellationToken
            );
            line?.Show("Checking what was restored");
            await load.CompleteAsync(cancellationToken);
        }

        await server.StopAsync(cancellationToken);
    }

    /// <summary>Makes the tables of this release.</summary>
    private static async Task MigrateAsync(
        DataFolder folder,
        string connectionString,
        CancellationToken cancellationToken
    )
    {
        var command = BuiltPrograms.CommandFor("Platform.Standalone", $"--data={folder.Root}", "--migrate=true");
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ConnectionStrings__Platform"] = connectionString;
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                var lines = (await output + await errors).Split('\n');
                throw new CliException($"The tables cannot be made: {LogTail.LastMessage(lines)}");
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Writes into the folder what no database holds, and hands the database the rest.</summary>
    private sealed class DataFolderTarget(DataFolder folder, DatabaseLoad load, CancellationToken cancellationToken)
        : IBackupTarget
    {
        public Task AddSecretAsync(string name, string value)
        {
            folder.Folder("secrets");
            SecretFile.Write(folder.PathOf("secrets", name), value);
            return Task.CompletedTask;
        }

        public Task AddTextAsync(string schema, string table, ReadOnlyMemory<byte> text) =>
            load.AddAsync(schema, table, text, cancellationToken);

        public async Task AddBlobAsync(string sha256, bool isDamaged, Stream bytes)
        {
            if (isDamaged)
            {
                // It counts as missing then, and an upload repairs it.
                return;
            }

            folder.Folder("blobs");
            folder.Folder("blobs", "blobs");
            folder.Folder("blobs", "blobs", sha256[..2]);
            await using var file = SecretFile.CreateNew(folder.PathOf("blobs", BackupNames.Blob(sha256)));
            await bytes.CopyToAsync(file, cancellationToken);
        }
    }
}
