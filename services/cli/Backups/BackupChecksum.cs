using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Cli.Backups;

/// <summary>
/// The end of a backup: an entry with the SHA-256 of all bytes before it, and the end of the archive. It follows from the hash byte
/// for byte, so that no byte of the file can change, and none be missing, without being noticed.
/// </summary>
internal static class BackupChecksum
{
    /// <summary>The length of the end.</summary>
    public static readonly int Length = EndFor(new byte[SHA256.HashSizeInBytes]).Length;

    /// <summary>The bytes after those with this hash.</summary>
    public static byte[] EndFor(byte[] hash)
    {
        using var end = new MemoryStream();
        using (var tar = new TarWriter(end, TarEntryFormat.Ustar, leaveOpen: true))
        {
            var text = $"{Convert.ToHexStringLower(hash)}\n";
            using var content = new MemoryStream(Encoding.ASCII.GetBytes(text));
            tar.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, BackupNames.Checksum)
                {
                    Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    DataStream = content,
                }
            );
        }

        return end.ToArray();
    }

    /// <summary>Whether a whole file is as it was written.</summary>
    /// <param name="read">Told how many bytes have been read.</param>
    public static async Task<bool> IsIntactAsync(Stream file, Action<long> read, CancellationToken cancellationToken)
    {
        var left = file.Length - Length;
        if (left < 0)
        {
            return false;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        var all = left;
        while (left > 0)
        {
            var count = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken);
            if (count == 0)
            {
                return false;
            }

            hash.AppendData(buffer, 0, count);
            left -= count;
            read(all - left);
        }

        var end = new byte[Length];
        return await file.ReadAtLeastAsync(end, Length, throwOnEndOfStream: false, cancellationToken) == Length
            && end.AsSpan().SequenceEqual(EndFor(hash.GetHashAndReset()));
    }
}
