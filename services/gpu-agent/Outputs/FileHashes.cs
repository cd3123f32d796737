using System.Collections.Concurrent;
using System.Security.Cryptography;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Sentences;
using Platform.GpuAgent.Files;

namespace Platform.GpuAgent.Outputs;

/// <summary>A file changed or was removed while it was read.</summary>
internal sealed class FileChangedException(string path) : Exception($"{path} changed while it was read.")
{
    public Sentence Why { get; } = FileSentences.Changed.With(path);
}

/// <summary>Checksums of files, cached while size and time stay the same.</summary>
internal sealed class FileHashes
{
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <param name="name">The file's path in the version.</param>
    /// <exception cref="FileChangedException">It is being written.</exception>
    public async Task<ArtifactFile> HashAsync(string path, string name, CancellationToken cancellationToken)
    {
        var stamp = FileStamp.Of(path) ?? throw new FileChangedException(path);
        if (!_known.TryGetValue(path, out var known) || known.Stamp != stamp)
        {
            known = new Known(stamp, await ComputeAsync(path, cancellationToken));
            if (FileStamp.Of(path) != stamp)
            {
                throw new FileChangedException(path);
            }

            _known[path] = known;
        }

        return new ArtifactFile
        {
            Path = name,
            Size = stamp.Size,
            Sha256 = known.Sha256,
            Executable = IsExecutable(path),
        };
    }

    /// <summary>A program that its owner may run; it stays one wherever the artifact is used.</summary>
    private static bool IsExecutable(string path)
    {
        try
        {
            return !OperatingSystem.IsWindows() && File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileChangedException(path);
        }
    }

    public void Forget(string path) => _known.TryRemove(path, out _);

    private static async Task<string> ComputeAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete,
                0
            );
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileChangedException(path);
        }
    }

    private sealed record Known(FileStamp Stamp, string Sha256);
}

/// <summary>Size and time, which change when a file does.</summary>
internal sealed record FileStamp(long Size, DateTime ModifiedUtc)
{
    /// <summary>Null when there is no such file.</summary>
    public static FileStamp? Of(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new FileStamp(file.Length, file.LastWriteTimeUtc) : null;
    }
}
