using Platform.Cli.Output;
using Platform.Contracts.Services;
using Platform.LocalServers;

namespace Platform.Cli.Backups;

/// <summary>Writes a backup beside its name, reads it again, and gives it its name when it is as it should be.</summary>
internal sealed class BackupCreation(BackupSource source, string? blobFolder, ProgressLine? line)
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Does it.</summary>
    /// <exception cref="CliException">It could not be written; there is no file then.</exception>
    public async Task<BackupFile> WriteAsync(string file, CancellationToken cancellationToken)
    {
        var partial = $"{file}.{Guid.CreateVersion7():N}.part";
        try
        {
            await using (
                // It has the platform's keys.
                var stream = SecretFile.CreateNew(partial)
            )
            {
                await WriteAsync(stream, cancellationToken);
                stream.Flush(flushToDisk: true);
            }

            var written = await BackupVerification.RunAsync(partial, line, cancellationToken);
            File.Move(partial, file, overwrite: false);
            Unix.FlushFileSystem(Path.GetDirectoryName(file)!);
            return written with { Path = file };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Unwritable(file, exception);
        }
        finally
        {
            if (File.Exists(partial))
            {
                File.Delete(partial);
            }
        }
    }

    private async Task WriteAsync(Stream file, CancellationToken cancellationToken)
    {
        await using var database = await DatabaseSession.OpenAsync(source.ConnectionString, cancellationToken);
        var dump = new DatabaseDump(database);
        await dump.HoldBlobsAsync(cancellationToken);
        var header = new BackupHeader(
            BackupFile.Format,
            PlatformVersion.Current,
            TimeProvider.System.GetUtcNow(),
            Environment.MachineName
        );
        await using var writer = await BackupWriter.BeginAsync(file, header, cancellationToken);
        var secrets = source.Secrets().ToList();
        foreach (var (name, value) in secrets)
        {
            await writer.AddSecretAsync(name, value, cancellationToken);
        }

        var schemas = await dump.WriteAsync(
            writer,
            table => line?.Show($"Writing the table {table}"),
            cancellationToken
        );
        var named = await dump.BlobsAsync(cancellationToken);
        // Tables may be changed again; only bytes are still kept.
        await database.ExecuteAsync("commit", cancellationToken);
        var blobs = await WriteBlobsAsync(writer, named, cancellationToken);
        await writer.CompleteAsync(
            new BackupManifest(schemas, [.. secrets.Select(secret => secret.Name)], blobs),
            cancellationToken
        );
    }

    private async Task<BlobContent> WriteBlobsAsync(
        BackupWriter writer,
        IReadOnlyList<(string Sha256, long Size)> blobs,
        CancellationToken cancellationToken
    )
    {
        var (count, bytes) = (0L, 0L);
        List<string> missing = [];
        List<string> damaged = [];
        foreach (var (sha256, size) in blobs)
        {
            await using var blob = Open(source.BlobFile(blobFolder, sha256));
            if (blob?.Length != size)
            {
                missing.Add(sha256);
                continue;
            }

            if (!await writer.AddBlobAsync(sha256, blob, cancellationToken))
            {
                damaged.Add(sha256);
            }

            (count, bytes) = (count + 1, bytes + size);
            line?.Show($"Writing blobs: {count} of {blobs.Count}");
        }

        return missing.Count > 0 && count == 0
            ? throw new CliException(
                $"None of the {Count.Of(missing.Count, "blob")} that the database names is in {Path.GetDirectoryName(Path.GetDirectoryName(source.BlobFile(blobFolder, missing[0])))}. If the platform keeps them in another folder, give it as Artifacts__Folder; those of an S3 store are not backed up by this (docs/backup.md)."
            )
            : new BlobContent(count, bytes, missing, damaged);
    }

    private static FileStream? Open(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferSize);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}

/// <summary>Reads a backup wholly and checks everything in it.</summary>
internal static class BackupVerification
{
    /// <inheritdoc cref="BackupFile.OpenAsync" />
    public static async Task<BackupFile> RunAsync(string file, ProgressLine? line, CancellationToken cancellationToken)
    {
        var backup = await BackupFile.OpenAsync(
            file,
            read => line?.Show($"Checking the file: {Server.JsonText.Bytes(read)}"),
            cancellationToken
        );
        await new BackupCheck(backup, NoTarget.Instance).RunAsync(
            read => line?.Show($"Checking what is in it: {Server.JsonText.Bytes(read)}"),
            cancellationToken
        );
        return backup;
    }
}
