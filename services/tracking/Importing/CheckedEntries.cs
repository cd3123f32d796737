using System.IO.Compression;
using System.IO.Hashing;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Importing;

/// <summary>Opens files of archives so that what is read is what was packed: .NET's reader checks neither the length nor the CRC-32.</summary>
internal static class CheckedEntries
{
    /// <summary>Opens a file.</summary>
    /// <returns>A stream whose end throws <see cref="InvalidDataException"/> when the file is longer, shorter or another than the archive says.</returns>
    public static async Task<Stream> OpenCheckedAsync(
        this ZipArchiveEntry entry,
        CancellationToken cancellationToken
    ) => new CheckedStream(await entry.OpenAsync(cancellationToken), entry.Length, entry.Crc32);

    private sealed class CheckedStream(Stream content, long length, uint crc) : ReadOnceStream
    {
        private readonly Crc32 _hash = new();
        private long _left = length;

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            var read = await content.ReadAsync(buffer, cancellationToken);
            _left -= read;
            _hash.Append(buffer.Span[..read]);
            if (
                _left < 0
                || (_left == 0 && _hash.GetCurrentHashAsUInt32() != crc)
                || (read == 0 && buffer.Length > 0 && _left > 0)
            )
            {
                throw new InvalidDataException("A file of the archive is damaged.");
            }

            return read;
        }

        public override async ValueTask DisposeAsync()
        {
            await content.DisposeAsync();
            await base.DisposeAsync();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                content.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
