using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;
using Platform.Artifacts.Blobs.Stores;

namespace Platform.Artifacts.Blobs;

/// <summary>
/// Receives bytes of any length into a temporary file while hashing them; memory stays at two buffers per upload.
/// </summary>
internal sealed class BlobIntake
{
    private const int BufferSize = 1 << 20;

    private readonly string _folder;

    public BlobIntake(IOptions<ArtifactsOptions> options)
    {
        var root = options.Value.Folder ?? Path.Combine(Path.GetTempPath(), "platform-artifacts");
        _folder = Path.Combine(Path.GetFullPath(root), "incoming");
    }

    /// <summary>Where uploads in progress lie: on the disk of the blobs, where these are files.</summary>
    public string Folder => _folder;

    /// <summary>
    /// Creates the folder and deletes files of killed processes. Files of running processes are locked and stay.
    /// </summary>
    public void Prepare()
    {
        PrivateFiles.CreateFolder(_folder);
        foreach (var file in Directory.EnumerateFiles(_folder))
        {
            try
            {
                using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(file);
            }
            catch (IOException)
            {
                // Another process is receiving it, or has just finished.
            }
        }
    }

    /// <summary>Receives a body to its end.</summary>
    /// <exception cref="IOException">The body ended early, or the disk is full. Nothing is stored.</exception>
    public async Task<IncomingBlob> ReceiveAsync(Stream body, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_folder, $"{Guid.CreateVersion7():N}.part");
        var handle = PrivateFiles.CreateNew(path);
        try
        {
            var (name, size) = await CopyAsync(body, handle, cancellationToken);
            return new IncomingBlob(path, handle, name, size);
        }
        catch
        {
            File.Delete(path);
            handle.Dispose();
            throw;
        }
    }

    /// <summary>While one buffer is hashed and written the other one is filled.</summary>
    private static async Task<(BlobName Name, long Size)> CopyAsync(
        Stream body,
        SafeFileHandle file,
        CancellationToken cancellationToken
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var filling = ArrayPool<byte>.Shared.Rent(BufferSize);
        var storing = ArrayPool<byte>.Shared.Rent(BufferSize);
        var size = 0L;
        var stored = Task.CompletedTask;
        try
        {
            while (true)
            {
                var read = await body.ReadAtLeastAsync(
                    filling.AsMemory(0, BufferSize),
                    BufferSize,
                    throwOnEndOfStream: false,
                    cancellationToken
                );
                await stored;
                if (read == 0)
                {
                    return (BlobName.Of(hash.GetHashAndReset()), size);
                }

                (filling, storing) = (storing, filling);
                stored = StoreAsync(hash, file, storing.AsMemory(0, read), size);
                size += read;
            }
        }
        finally
        {
            // The buffer and the file are in use until then, also after a failure.
            await stored.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(filling);
            ArrayPool<byte>.Shared.Return(storing);
        }
    }

    private static Task StoreAsync(
        IncrementalHash hash,
        SafeFileHandle file,
        ReadOnlyMemory<byte> bytes,
        long offset
    ) =>
        Task.WhenAll(
            Task.Run(() => hash.AppendData(bytes.Span), CancellationToken.None),
            RandomAccess.WriteAsync(file, bytes, offset, CancellationToken.None).AsTask()
        );
}
