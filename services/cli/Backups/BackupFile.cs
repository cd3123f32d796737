using System.Formats.Tar;
using System.Text.Json;
using Platform.Contracts.Services;

namespace Platform.Cli.Backups;

/// <summary>A backup that is read.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Header">What it says of itself.</param>
/// <param name="Manifest">What there is in it.</param>
internal sealed record BackupFile(string Path, BackupHeader Header, BackupManifest Manifest)
{
    /// <summary>The layout that this release writes, and the newest that it reads.</summary>
    public const int Format = 1;

    /// <summary>Reads the whole file and checks that this release knows it, and that no byte of it is missing or changed.</summary>
    /// <param name="progress">Told how many bytes have been read.</param>
    /// <exception cref="CliException">It cannot be used; the message says why and what to do.</exception>
    public static async Task<BackupFile> OpenAsync(
        string path,
        Action<long> progress,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var header = await ReadHeaderAsync(path, cancellationToken);
            RequireKnown(path, header);
            await using (var file = Open(path))
            {
                if (!await BackupChecksum.IsIntactAsync(file, progress, cancellationToken))
                {
                    throw Damaged(path);
                }
            }

            return new BackupFile(path, header, await ReadManifestAsync(path, cancellationToken));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Unreadable(path, exception);
        }
    }

    /// <summary>Reads all entries of the file in order; they are read before the next one is.</summary>
    public async Task EachEntryAsync(Func<TarEntry, Task> read, CancellationToken cancellationToken)
    {
        await using var file = Open(Path);
        await using var tar = new TarReader(file, leaveOpen: true);
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            await read(entry);
        }
    }

    private static async Task<BackupHeader> ReadHeaderAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = Open(path);
        // The header is small; whatever else begins the file is not read on.
        var beginning = new byte[Math.Min(file.Length, 8192)];
        await file.ReadExactlyAsync(beginning, cancellationToken);
        BackupHeader? header = null;
        try
        {
            await using var tar = new TarReader(new MemoryStream(beginning));
            if (
                await tar.GetNextEntryAsync(copyData: true, cancellationToken) is
                { Name: BackupNames.Header, DataStream: { } content }
            )
            {
                header = await JsonSerializer.DeserializeAsync<BackupHeader>(
                    content,
                    BackupManifest.Json,
                    cancellationToken
                );
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // These bytes may be anything.
        }

        return header is { PlatformVersion: not null, Host: not null } ? header : throw NoBackup(path);
    }

    private static void RequireKnown(string path, BackupHeader header)
    {
        if (header.Format > Format || IsNewer(header.PlatformVersion))
        {
            throw new CliException(
                $"{path} was written by release {header.PlatformVersion} of the platform, which is newer than this one ({PlatformVersion.Current}). Use that release."
            );
        }
    }

    private static bool IsNewer(string version) =>
        Version.TryParse(version.Split('-')[0], out var theirs)
        && Version.TryParse(PlatformVersion.Current.Split('-')[0], out var ours)
        && theirs > ours;

    private static async Task<BackupManifest> ReadManifestAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = Open(path);
        await using var tar = new TarReader(file, leaveOpen: true);
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry is { Name: BackupNames.Manifest, DataStream: { } content })
            {
                return (
                    await JsonSerializer.DeserializeAsync<BackupManifest>(
                        content,
                        BackupManifest.Json,
                        cancellationToken
                    )
                )!;
            }
        }

        throw NoBackup(path);
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 128 * 1024);

    private static CliException Damaged(string path) =>
        new(
            $"{path} is cut short or was changed after it was written: its checksum does not match. Use another backup, or copy it again from where it was written."
        );

    private static CliException NoBackup(string path) =>
        new($"{path} is not a backup of a platform, or its beginning is damaged. Use another file.");
}
