using Microsoft.Extensions.Options;

namespace Platform.Artifacts.Blobs.Stores;

/// <summary>Blobs as files: <c>{Folder}/blobs/ab/cdef…</c>. Uploads lie in the same file system, so that a rename puts them in place.</summary>
internal sealed class FileBlobStore(IOptions<ArtifactsOptions> options) : IBlobStore
{
    private readonly string _folder = Path.Combine(Path.GetFullPath(options.Value.Folder!), "blobs");

    public Task PrepareAsync(CancellationToken cancellationToken)
    {
        PrivateFiles.CreateFolder(_folder);
        return Task.CompletedTask;
    }

    public Task CheckAsync(CancellationToken cancellationToken) =>
        Directory.Exists(_folder)
            ? Task.CompletedTask
            : throw new DirectoryNotFoundException($"The folder '{_folder}' is gone.");

    public Task KeepAsync(IncomingBlob incoming, CancellationToken cancellationToken)
    {
        var target = PathOf(incoming.Name);
        var folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
        {
            PrivateFiles.CreateFolder(folder);
            PrivateFiles.FlushFolder(_folder);
        }

        RandomAccess.FlushToDisk(incoming.Handle);
        incoming.MoveTo(target);
        PrivateFiles.FlushFolder(folder);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Flushes the file system twice instead of every file and folder: a flush costs milliseconds whatever it flushes. Bytes are
    /// durable before they get their name, and names before anybody relies on them.
    /// </summary>
    public Task KeepAsync(IReadOnlyCollection<IncomingBlob> incoming, CancellationToken cancellationToken)
    {
        PrivateFiles.FlushFileSystem(_folder);
        foreach (var blob in incoming)
        {
            var target = PathOf(blob.Name);
            PrivateFiles.CreateFolder(Path.GetDirectoryName(target)!);
            blob.MoveTo(target);
        }

        PrivateFiles.FlushFileSystem(_folder);
        return Task.CompletedTask;
    }

    public Task DeleteAsync(BlobName name, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        var folder = Path.GetDirectoryName(path)!;
        if (Directory.Exists(folder))
        {
            File.Delete(path);
            // Also when it is gone: whoever deleted it may not have come so far.
            PrivateFiles.FlushFolder(folder);
        }

        return Task.CompletedTask;
    }

    public Task<long?> FindSizeAsync(BlobName name, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(name));
        return Task.FromResult(file.Exists ? file.Length : (long?)null);
    }

    public Task<Stream?> OpenAsync(BlobName name, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<Stream?>(
                new FileStream(
                    PathOf(name),
                    new FileStreamOptions
                    {
                        Mode = FileMode.Open,
                        Access = FileAccess.Read,
                        Share = FileShare.Read | FileShare.Delete,
                        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                        // The reader brings its own buffer.
                        BufferSize = 0,
                    }
                )
            );
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    private string PathOf(BlobName name) => Path.Combine(_folder, name.Hex[..2], name.Hex[2..]);
}
