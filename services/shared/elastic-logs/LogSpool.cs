using System.Buffers;
using System.Globalization;

namespace Platform.ElasticLogs;

/// <summary>A part of the spool.</summary>
internal sealed record SpoolPart(string Path, long Bytes, int Documents, DateTimeOffset Since);

/// <summary>
/// Documents that wait in files, oldest first, in the form in which they are sent. What is left by an earlier process comes first.
/// When the files grow beyond their bound the oldest goes; what a killed process wrote half is left out.
/// </summary>
internal sealed class LogSpool : IDisposable
{
    private const string Extension = ".ndjson";
    private const int MostFolders = 64;
    private static readonly UnixFileMode _private =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Lock _lock = new();
    private readonly LinkedList<SpoolPart> _parts = new();
    private readonly string _folder;
    private readonly FileStream _owner;
    private readonly long _maxBytes;
    private readonly long _partBytes;
    private readonly TimeProvider _clock;
    private readonly string _firstOwn;
    private string? _read;
    private long _next;
    private long _bytes;
    private long _documents;

    private LogSpool(string folder, FileStream owner, long maxBytes, TimeProvider clock)
    {
        (_folder, _owner, _maxBytes, _clock) = (folder, owner, maxBytes, clock);
        _partBytes = Math.Min(1024 * 1024, maxBytes / 4);
        foreach (var path in Directory.GetFiles(folder, $"*{Extension}").Order(StringComparer.Ordinal))
        {
            var documents = ElasticDocument.ReadAll(File.ReadAllBytes(path)).Count;
            Add(
                new SpoolPart(
                    path,
                    new FileInfo(path).Length,
                    documents,
                    new DateTimeOffset(File.GetLastWriteTimeUtc(path))
                )
            );
            _next = long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture) + 1;
        }

        _firstOwn = PathOf(_next);
    }

    public long Documents
    {
        get
        {
            lock (_lock)
            {
                return _documents;
            }
        }
    }

    /// <summary>For how long the oldest has waited.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (_lock)
            {
                return _parts.First is { Value: var oldest } ? _clock.GetUtcNow() - oldest.Since : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Opens the first folder of a service that no other process uses.</summary>
    /// <exception cref="IOException">It cannot be made or written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made or written.</exception>
    public static LogSpool Open(string root, string service, long maxBytes, TimeProvider clock)
    {
        for (var i = 1; ; i++)
        {
            var folder = Path.Combine(root, i == 1 ? service : $"{service}-{i}");
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, _private);
            }

            try
            {
                var owner = new FileStream(
                    Path.Combine(folder, "owner"),
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.None
                );
                return new LogSpool(folder, owner, maxBytes, clock);
            }
            catch (IOException) when (i < MostFolders)
            {
                // Another replica's.
            }
        }
    }

    /// <summary>Stores documents.</summary>
    /// <returns>How many older ones were dropped for them; all of them and more when the disk takes none.</returns>
    public long Append(IReadOnlyList<ElasticDocument> documents)
    {
        lock (_lock)
        {
            var dropped = 0L;
            var start = 0;
            while (start < documents.Count)
            {
                var body = new ArrayBufferWriter<byte>();
                var end = start;
                while (
                    end < documents.Count && (end == start || body.WrittenCount + documents[end].Bytes <= _partBytes)
                )
                {
                    documents[end++].WriteTo(body);
                }

                dropped += Store(body.WrittenSpan, end - start);
                start = end;
            }

            return dropped;
        }
    }

    /// <summary>Reads the oldest documents; they stay until they are removed.</summary>
    /// <returns>Null when none wait.</returns>
    public (SpoolPart Part, IReadOnlyList<ElasticDocument> Documents)? ReadOldest()
    {
        lock (_lock)
        {
            while (_parts.First is { Value: var oldest })
            {
                try
                {
                    _read = oldest.Path;
                    return (oldest, ElasticDocument.ReadAll(File.ReadAllBytes(oldest.Path)));
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    RemoveFirst();
                }
            }

            return null;
        }
    }

    /// <summary>Removes what was sent.</summary>
    public void Remove(SpoolPart part)
    {
        lock (_lock)
        {
            // It may have been dropped meanwhile.
            if (
                _parts.First is { Value: var oldest }
                && string.Equals(oldest.Path, part.Path, StringComparison.Ordinal)
            )
            {
                RemoveFirst();
            }
        }
    }

    public void Dispose() => _owner.Dispose();

    private long Store(ReadOnlySpan<byte> body, int documents)
    {
        if (body.Length > _maxBytes)
        {
            return documents;
        }

        var dropped = 0L;
        while (_bytes + body.Length > _maxBytes && _parts.First is not null)
        {
            dropped += RemoveFirst();
        }

        try
        {
            if (_parts.Last is { Value: var last } && CanGrow(last, body.Length))
            {
                File.AppendAllBytes(last.Path, body);
                _parts.RemoveLast();
                _bytes -= last.Bytes;
                _documents -= last.Documents;
                Add(last with { Bytes = last.Bytes + body.Length, Documents = last.Documents + documents });
                return dropped;
            }

            var path = PathOf(_next++);
            File.WriteAllBytes(path, body);
            Add(new SpoolPart(path, body.Length, documents, _clock.GetUtcNow()));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            dropped += documents;
        }

        return dropped;
    }

    /// <summary>What is being sent stays as it was read, and what an earlier process left may end in the middle of a line.</summary>
    private bool CanGrow(SpoolPart part, int bytes) =>
        string.CompareOrdinal(part.Path, _firstOwn) >= 0
        && part.Bytes + bytes <= _partBytes
        && !string.Equals(part.Path, _read, StringComparison.Ordinal);

    private string PathOf(long number) =>
        Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{number:D12}{Extension}"));

    private void Add(SpoolPart part)
    {
        _parts.AddLast(part);
        _bytes += part.Bytes;
        _documents += part.Documents;
    }

    private long RemoveFirst()
    {
        var part = _parts.First!.Value;
        _parts.RemoveFirst();
        _bytes -= part.Bytes;
        _documents -= part.Documents;
        try
        {
            File.Delete(part.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next process sends it once more, which makes no second documents.
        }

        return part.Documents;
    }
}
