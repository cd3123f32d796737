using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;

namespace Platform.Sdk;

/// <summary>
/// Copies of files in a folder: small ones in archives of one request each, others under their SHA-256. A file for each small one
/// takes longer to create and to remove than to send.
/// </summary>
internal sealed class CopyFolder(string folder) : IDisposable
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly byte[] _buffer = new byte[1 << 20];
    private readonly MemoryStream _body = new();
    private TarWriter? _archive;
    private int _files;
    private int _groups;

    /// <summary>The archives of a folder, in order.</summary>
    public static IEnumerable<string> GroupsIn(string folder) =>
        Directory.EnumerateFiles(folder, "group-*.tar").Order(StringComparer.Ordinal);

    /// <summary>Copies a file.</summary>
    public (string Sha256, long Size) Add(string file)
    {
        using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var read = source.ReadAtLeast(_buffer, BlobGroups.SmallFile + 1, throwOnEndOfStream: false);
        return read <= BlobGroups.SmallFile ? Pack(_buffer.AsSpan(0, read)) : Copy(source, read);
    }

    /// <summary>Writes what is left.</summary>
    public void Finish()
    {
        if (_archive is null)
        {
            return;
        }

        _archive.Dispose();
        _archive = null;
        using (
            var file = File.Create(
                Path.Combine(folder, $"group-{_groups.ToString("D6", CultureInfo.InvariantCulture)}.tar")
            )
        )
        {
            _body.WriteTo(file);
        }

        (_groups, _files) = (_groups + 1, 0);
        _body.SetLength(0);
    }

    public void Dispose()
    {
        _archive?.Dispose();
        _body.Dispose();
    }

    private (string Sha256, long Size) Pack(ReadOnlySpan<byte> content)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        if (!_known.Add(sha256))
        {
            return (sha256, content.Length);
        }

        if (_files == BlobGroups.FilesPerRequest || _body.Length + content.Length > BlobGroups.BytesPerRequest)
        {
            Finish();
        }

        _archive ??= new TarWriter(_body, TarEntryFormat.Ustar, leaveOpen: true);
        using var bytes = new MemoryStream(content.ToArray());
        _archive.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, sha256) { DataStream = bytes });
        _files++;
        return (sha256, content.Length);
    }

    private (string Sha256, long Size) Copy(FileStream source, int read)
    {
        var copy = Path.Combine(folder, "incoming");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var size = 0L;
        using (var target = File.Create(copy))
        {
            for (; read > 0; read = source.Read(_buffer))
            {
                hash.AppendData(_buffer, 0, read);
                target.Write(_buffer, 0, read);
                size += read;
            }
        }

        var sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        File.Move(copy, Path.Combine(folder, sha256), overwrite: true);
        return (sha256, size);
    }
}
