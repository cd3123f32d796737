using Microsoft.Win32.SafeHandles;

namespace Platform.Artifacts.Blobs;

/// <summary>
/// Received bytes whose hash and size are known, in a temporary file that disappears on disposal unless a store took it
/// over. The handle holds the file's lock: an unlocked file in the folder is a leftover.
/// </summary>
internal sealed class IncomingBlob(string path, SafeFileHandle handle, BlobName name, long size) : IAsyncDisposable
{
    private bool _taken;

    public BlobName Name { get; } = name;

    public long Size { get; } = size;

    public SafeFileHandle Handle { get; } = handle;

    /// <summary>Moves the file to its place in the same file system; it is not deleted any more.</summary>
    public void MoveTo(string target)
    {
        File.Move(path, target, overwrite: true);
        _taken = true;
    }

    public ValueTask DisposeAsync()
    {
        // Deleted before the lock goes, so that nobody sees it unlocked.
        if (!_taken)
        {
            File.Delete(path);
        }

        Handle.Dispose();
        return ValueTask.CompletedTask;
    }
}
