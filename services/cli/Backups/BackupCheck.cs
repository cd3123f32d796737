using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Platform.Cli.Backups;

/// <summary>Gets what is in a backup, in the order of the file.</summary>
internal interface IBackupTarget
{
    Task AddSecretAsync(string name, string value);

    /// <summary>The next part of a table's text; rows may be cut anywhere.</summary>
    Task AddTextAsync(string schema, string table, ReadOnlyMemory<byte> text);

    /// <summary>The bytes of a blob, which are read to their end.</summary>
    /// <param name="isDamaged">They are not those of its name.</param>
    Task AddBlobAsync(string sha256, bool isDamaged, Stream bytes);
}

/// <summary>Reads what is in a backup, and compares it with the manifest: rows and their checksums, blobs and their hashes.</summary>
internal sealed class BackupCheck(BackupFile backup, IBackupTarget target)
{
    private readonly Dictionary<(string Schema, string Table), Text> _tables = [];
    private readonly HashSet<string> _damaged = new(backup.Manifest.Blobs.Damaged, StringComparer.Ordinal);
    private readonly HashSet<string> _secrets = new(StringComparer.Ordinal);
    private (long Count, long Bytes) _blobs;

    /// <summary>Does both.</summary>
    /// <param name="progress">Told how many bytes have been read.</param>
    /// <exception cref="CliException">They differ.</exception>
    public async Task RunAsync(Action<long> progress, CancellationToken cancellationToken)
    {
        var bytes = 0L;
        await backup.EachEntryAsync(
            async entry =>
            {
                // Whoever reads an entry may close it.
                var length = entry.Length;
                await ReadAsync(entry, cancellationToken);
                progress(bytes += length);
            },
            cancellationToken
        );
        Compare();
    }

    private async Task ReadAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        if (entry.DataStream is not { } content)
        {
            return;
        }

        if (BackupNames.BlobOf(entry.Name) is { } sha256)
        {
            using var hashed = new HashingStream(content, isRead: true);
            var isDamaged = _damaged.Contains(sha256);
            await target.AddBlobAsync(sha256, isDamaged, hashed);
            Require(isDamaged || Convert.ToHexStringLower(hashed.TakeHash()) == sha256, $"the blob {sha256}");
            _blobs = (_blobs.Count + 1, _blobs.Bytes + entry.Length);
        }
        else if (entry.Name.Split('/') is ["database", var schema, var table, _])
        {
            await ReadTextAsync(schema, table, content, cancellationToken);
        }
        else if (
            entry.Name.Split('/') is ["secrets", var name]
            && backup.Manifest.Secrets.Contains(name, StringComparer.Ordinal)
        )
        {
            using var reader = new StreamReader(content);
            await target.AddSecretAsync(name, await reader.ReadToEndAsync(cancellationToken));
            _secrets.Add(name);
        }
    }

    private async Task ReadTextAsync(string schema, string table, Stream packed, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionMode.Decompress))
        {
            await gzip.CopyToAsync(text, cancellationToken);
        }

        var part = text.GetBuffer().AsMemory(0, (int)text.Length);
        if (!_tables.TryGetValue((schema, table), out var known))
        {
            _tables.Add((schema, table), known = new Text());
        }

        known.Add(part.Span);
        await target.AddTextAsync(schema, table, part);
    }

    private void Compare()
    {
        foreach (var schema in backup.Manifest.Schemas)
        {
            foreach (var table in schema.Tables)
            {
                var known = _tables.GetValueOrDefault((schema.Name, table.Name)) ?? new Text();
                Require(
                    (known.Parts, known.Rows, known.Bytes, known.TakeHash())
                        == (table.Parts, table.Rows, table.Bytes, table.Sha256),
                    $"the table {schema.Name}.{table.Name}"
                );
            }
        }

        var blobs = backup.Manifest.Blobs;
        Require(_blobs == (blobs.Count, blobs.Bytes), "the number of blobs");
        Require(_secrets.SetEquals(backup.Manifest.Secrets), "the secrets");
    }

    private void Require(bool isEqual, string what)
    {
        if (!isEqual)
        {
            throw new CliException(
                $"{backup.Path} does not hold what its manifest says: {what} differs. Use another backup."
            );
        }
    }

    /// <summary>What has been read of a table's text.</summary>
    private sealed class Text
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public int Parts { get; private set; }

        public long Rows { get; private set; }

        public long Bytes { get; private set; }

        public void Add(ReadOnlySpan<byte> part)
        {
            _hash.AppendData(part);
            (Parts, Rows, Bytes) = (Parts + 1, Rows + part.Count((byte)'\n'), Bytes + part.Length);
        }

        public string TakeHash() => Convert.ToHexStringLower(_hash.GetHashAndReset());
    }
}

/// <summary>Keeps nothing: the backup is only checked.</summary>
internal sealed class NoTarget : IBackupTarget
{
    public static readonly NoTarget Instance = new();

    public Task AddSecretAsync(string name, string value) => Task.CompletedTask;

    public Task AddTextAsync(string schema, string table, ReadOnlyMemory<byte> text) => Task.CompletedTask;

    public Task AddBlobAsync(string sha256, bool isDamaged, Stream bytes) => bytes.CopyToAsync(Stream.Null);
}
