using Platform.GpuAgent.State;

namespace Platform.GpuAgent.Staging;

/// <summary>
/// Inputs by content, so that each node fetches a file once. Files are copied out (as clones where the file system
/// can): a link would let a training change the inputs of later ones.
/// </summary>
internal sealed class BlobCache(StateFolder state, long capacity)
{
    /// <summary>True when blobs of this size are kept.</summary>
    public bool Keeps(long size) => size <= capacity / 2;

    /// <summary>The path of a blob, cached or not.</summary>
    public string PathOf(string sha256) => Path.Combine(state.Cache, sha256[..2], sha256);

    /// <summary>Copies a blob to its destination; false when it is not cached.</summary>
    public bool TryCopy(string sha256, long size, string destination)
    {
        var cached = new FileInfo(PathOf(sha256));
        if (!cached.Exists || cached.Length != size)
        {
            return false;
        }

        try
        {
            cached.LastAccessTimeUtc = cached.LastWriteTimeUtc = TimeProvider.System.GetUtcNow().UtcDateTime;
            cached.CopyTo(destination, overwrite: true);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false; // trimmed just now
        }
    }

    /// <summary>
    /// Removes the least recently used blobs until the rest fits, and leftovers of interrupted downloads.
    /// </summary>
    public void Trim(DateTimeOffset now)
    {
        var kept = 0L;
        foreach (
            var file in new DirectoryInfo(state.Cache)
                .EnumerateFiles("*", SearchOption.AllDirectories)
                .OrderByDescending(file => file.LastWriteTimeUtc)
        )
        {
            var abandoned = file.Extension is ".part" && file.LastWriteTimeUtc < now.UtcDateTime.AddHours(-1);
            kept += file.Length;
            if (abandoned || kept > capacity)
            {
                kept -= file.Length;
                file.Delete();
            }
        }
    }
}
