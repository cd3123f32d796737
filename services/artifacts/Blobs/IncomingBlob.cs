using Microsoft.Win32.SafeHandles;

namespace Platform.Artifacts.Blobs;

/// <summary>
/// Received bytes whose hash and size are known, in a temporary file that is deleted on disposal unless a store has
/// moved it. The handle holds the file's lock: an unlocked file in the folder is a leftover.
/// </summary>
internal sealed class IncomingBlob(string path, SafeFileHandle handle, BlobName name, long size) : IAsyncDisposable
{
    private bool _moved;

    public BlobName Name { get; } = name;

    public long Size { get; } = size;

    public SafeFileHandle Handle { get; } = handle;

    /// <summary>
    /// Moves the file to its final path in the same file system; it is no longer deleted on disposal.
    /// </summary>
    public void MoveTo(string target)
    {
        File.Move(path, target, overwrite: true);
        _moved = true;
    }

    public ValueTask DisposeAsync()
    {
        // Deleted before the lock is released, so that no other process finds it unlocked.
        if (!_moved)
        {
            File.Delete(path);
        }

        Handle.Dispose();
        return ValueTask.CompletedTask;
    }
}
