using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Platform.Cli.Backups;

/// <summary>Writes a backup: the header, then all data, then the manifest and the checksum.</summary>
internal sealed class BackupWriter : IAsyncDisposable
{
    /// <summary>The text of one part of a table, unpacked. A table of any size is written with this much memory.</summary>
    private const int PartSize = 8 << 20;

    /// <summary>The largest size that fits into the plain header.</summary>
    private const long LargestPlain = (8L << 30) - 1;
    private readonly Stream _file;
    private readonly HashingStream _hashed;
    private readonly TarWriter _tar;
    private readonly DateTimeOffset _time;

    private BackupWriter(Stream file, DateTimeOffset time)
    {
        (_file, _time) = (file, time);
        _hashed = new HashingStream(file, isRead: false);
        _tar = new TarWriter(_hashed, TarEntryFormat.Ustar, leaveOpen: true);
    }

    /// <summary>Begins a backup.</summary>
    /// <param name="file">Stays open.</param>
    public static async Task<BackupWriter> BeginAsync(
        Stream file,
        BackupHeader header,
        CancellationToken cancellationToken
    )
    {
        var writer = new BackupWriter(file, header.CreatedAt);
        await writer.AddJsonAsync(BackupNames.Header, header, cancellationToken);
        return writer;
    }

    public async Task AddSecretAsync(string name, string value, CancellationToken cancellationToken) =>
        await AddAsync(BackupNames.Secret(name), Encoding.UTF8.GetBytes(value), cancellationToken);

    /// <summary>Writes the rows of a table.</summary>
    /// <param name="text">As <c>copy … to stdout</c> gives them: one row a line.</param>
    public async Task<TableContent> AddTableAsync(
        string schema,
        string table,
        IReadOnlyList<string> columns,
        Stream text,
        CancellationToken cancellationToken
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var part = new byte[PartSize];
        var (parts, rows, bytes) = (0, 0L, 0L);
        while (true)
        {
            var count = await text.ReadAtLeastAsync(part, PartSize, throwOnEndOfStream: false, cancellationToken);
            if (count == 0)
            {
                break;
            }

            hash.AppendData(part, 0, count);
            rows += part.AsSpan(0, count).Count((byte)'\n');
            bytes += count;
            await AddAsync(BackupNames.Part(schema, table, ++parts), Pack(part.AsSpan(0, count)), cancellationToken);
        }

        return new TableContent(table, columns, parts, rows, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Writes the bytes of a blob.</summary>
    /// <returns>Whether they are those of its name.</returns>
    public async Task<bool> AddBlobAsync(string sha256, Stream bytes, CancellationToken cancellationToken)
    {
        using var hashed = new HashingStream(bytes, isRead: true);
        await AddAsync(BackupNames.Blob(sha256), hashed, bytes.Length, cancellationToken);
        return string.Equals(Convert.ToHexStringLower(hashed.TakeHash()), sha256, StringComparison.Ordinal);
    }

    /// <summary>Writes what there must be, and the checksum of it all.</summary>
    public async Task CompleteAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        await AddJsonAsync(BackupNames.Manifest, manifest, cancellationToken);
        await _file.WriteAsync(BackupChecksum.EndFor(_hashed.TakeHash()), cancellationToken);
    }

    /// <summary>The end that this would write belongs to an archive without a checksum; it is not written.</summary>
    public async ValueTask DisposeAsync() => await _hashed.DisposeAsync();

    private static byte[] Pack(ReadOnlySpan<byte> text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(text);
        }

        return packed.ToArray();
    }

    private Task AddJsonAsync<T>(string name, T value, CancellationToken cancellationToken) =>
        AddAsync(name, JsonSerializer.SerializeToUtf8Bytes(value, BackupManifest.Json), cancellationToken);

    private async Task AddAsync(string name, byte[] content, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(content);
        await AddAsync(name, stream, content.Length, cancellationToken);
    }

    private Task AddAsync(string name, Stream content, long size, CancellationToken cancellationToken)
    {
        TarEntry entry =
            size > LargestPlain
                ? new PaxTarEntry(TarEntryType.RegularFile, name)
                : new UstarTarEntry(TarEntryType.RegularFile, name);
        entry.Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        entry.ModificationTime = _time;
        entry.DataStream = content;
        return _tar.WriteEntryAsync(entry, cancellationToken);
    }
}
