using System.Buffers.Binary;

namespace Platform.Tracking.Importing;

/// <summary>
/// Counts the entries of a ZIP file in its central directory, before a reader makes an object of each: a small file can have millions.
/// </summary>
internal static class ArchiveDirectory
{
    private const uint EndSignature = 0x06054b50;
    private const uint LargeEndSignature = 0x06064b50;
    private const uint LargeLocatorSignature = 0x07064b50;
    private const uint EntrySignature = 0x02014b50;
    private const int EndLength = 22;
    private const int LocatorLength = 20;
    private const int LargeEndLength = 56;
    private const int EntryLength = 46;

    /// <summary>The number of entries, or more than <paramref name="max"/> when there are more.</summary>
    /// <returns>Null when this is no ZIP file.</returns>
    public static async Task<int?> CountAsync(FileStream file, int max, CancellationToken cancellationToken)
    {
        if (await FindAsync(file, cancellationToken) is not { } start || start < 0 || start > file.Length)
        {
            return null;
        }

        // Every entry takes a record, whatever number the end of the directory says.
        var directory = new BufferedStream(file, 64 * 1024);
        directory.Position = start;
        var record = new byte[EntryLength];
        var count = 0;
        while (
            count <= max
            && await directory.ReadAtLeastAsync(record, EntryLength, throwOnEndOfStream: false, cancellationToken)
                == EntryLength
            && BinaryPrimitives.ReadUInt32LittleEndian(record) == EntrySignature
        )
        {
            count++;
            directory.Position += Number(record, 28) + Number(record, 30) + Number(record, 32);
        }

        return count;
    }

    /// <summary>Where the directory begins.</summary>
    private static async Task<long?> FindAsync(FileStream file, CancellationToken cancellationToken)
    {
        // A comment of at most 65,535 bytes follows the end record.
        var length = (int)Math.Min(file.Length, EndLength + ushort.MaxValue);
        var tail = new byte[length];
        file.Position = file.Length - length;
        await file.ReadExactlyAsync(tail, cancellationToken);
        for (var at = length - EndLength; at >= 0; at--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at)) != EndSignature)
            {
                continue;
            }

            var start = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at + 16));
            return start == uint.MaxValue && at >= LocatorLength
                ? await FindLargeAsync(file, tail.AsMemory(at - LocatorLength, LocatorLength), cancellationToken)
                : start;
        }

        return null;
    }

    /// <summary>The same for large files, which say it in a record of their own (ZIP64).</summary>
    private static async Task<long?> FindLargeAsync(
        FileStream file,
        ReadOnlyMemory<byte> locator,
        CancellationToken cancellationToken
    )
    {
        var at = BinaryPrimitives.ReadInt64LittleEndian(locator.Span[8..]);
        if (
            BinaryPrimitives.ReadUInt32LittleEndian(locator.Span) != LargeLocatorSignature
            || at < 0
            || at > file.Length - LargeEndLength
        )
        {
            return null;
        }

        var end = new byte[LargeEndLength];
        file.Position = at;
        await file.ReadExactlyAsync(end, cancellationToken);
        return BinaryPrimitives.ReadUInt32LittleEndian(end) == LargeEndSignature
            ? BinaryPrimitives.ReadInt64LittleEndian(end.AsSpan(48))
            : null;
    }

    private static int Number(byte[] record, int at) => BinaryPrimitives.ReadUInt16LittleEndian(record.AsSpan(at));
}
