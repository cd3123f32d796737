using System.Globalization;

namespace Platform.Sdk;

/// <summary>
/// A process's records for the platform, one per line, appended and never changed; a marker file holds how much of it
/// was sent. The file is locked by the process that uses it. Without a writable disk the spool is kept in memory.
/// </summary>
internal sealed class Spool : IDisposable
{
    private const long MaxBytes = 1L << 30;
    private const long MaxBytesInMemory = 64L << 20;
    private const long RestartAfter = 4L << 20;
    private const int MaxAttempts = 10;

    private readonly Lock _gate = new();
    private readonly Stream _stream;
    private readonly string? _path;
    private long _sent;
    private long _end;

    private Spool(Stream stream, string? path)
    {
        _stream = stream;
        _path = path;
        _end = EndOfRecords(stream);
        _sent = Math.Min(ReadMarker(), _end);
    }

    /// <summary>Where copies of artifacts are kept until they are sent.</summary>
    public string ArtifactFolder => _path is null ? Path.GetTempPath() : $"{_path}.artifacts";

    /// <summary>Where the spool is, as a text for users.</summary>
    public string Location => _path ?? "memory";

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _sent == _end;
            }
        }
    }

    /// <summary>A new spool of this process.</summary>
    public static Spool Create(string folder, string runId)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Directory.CreateDirectory(folder);
                var path = Path.Combine(folder, $"{runId}.{Guid.CreateVersion7():N}.jsonl");
                var stream = new FileStream(path, Exclusively(FileMode.CreateNew));
                // Before it was locked, another process may have taken it over, as one that was left, and removed it.
                if (File.Exists(path))
                {
                    return new Spool(stream, path);
                }

                stream.Dispose();
            }
            catch (IOException) when (attempt < MaxAttempts)
            {
                // Another process has taken it over.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                Notice.Write($"the spool folder {folder} cannot be written ({e.Message}); records are kept in memory");
                return new Spool(new MemoryStream(), null);
            }
        }
    }

    /// <summary>Opens spools that earlier processes of the run left; spools of running processes are skipped.</summary>
    public static IReadOnlyList<Spool> TakeOver(string folder, string runId)
    {
        var found = new List<Spool>();
        if (!Directory.Exists(folder))
        {
            return found;
        }

        foreach (var path in Directory.EnumerateFiles(folder, $"{runId}.*.jsonl").Order(StringComparer.Ordinal))
        {
            // A run's id may contain dots; the part after it does not.
            if (Path.GetFileNameWithoutExtension(path).LastIndexOf('.') != runId.Length)
            {
                continue;
            }

            try
            {
                found.Add(new Spool(new FileStream(path, Exclusively(FileMode.Open)), path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, or removed meanwhile.
            }
        }

        return found;
    }

    /// <returns>False when the spool or the disk is full.</returns>
    public bool Append(ReadOnlySpan<byte> record)
    {
        lock (_gate)
        {
            if (_end + record.Length > (_path is null ? MaxBytesInMemory : MaxBytes))
            {
                return false;
            }

            try
            {
                _stream.Position = _end;
                _stream.Write(record);
                _stream.Flush();
                _end += record.Length;
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>Reads unsent records: only complete ones, and at least one when there is any.</summary>
    /// <returns>The bytes; empty when everything was sent.</returns>
    public byte[] Read(int most)
    {
        lock (_gate)
        {
            for (var length = (int)Math.Min(most, _end - _sent); length > 0; )
            {
                var bytes = new byte[length];
                _stream.Position = _sent;
                _stream.ReadExactly(bytes);
                if (bytes.AsSpan().LastIndexOf((byte)'\n') is var last and >= 0)
                {
                    return bytes[..(last + 1)];
                }

                length = (int)Math.Min(length * 2L, _end - _sent);
            }

            return [];
        }
    }

    /// <summary>
    /// Notes that the first unsent bytes were sent. After a crash before this they are sent once more.
    /// </summary>
    public void Acknowledge(int count)
    {
        lock (_gate)
        {
            _sent += count;
            if (_sent == _end && _end > RestartAfter)
            {
                // Marker first: after a crash in between, records are sent again instead of later ones being skipped.
                WriteMarker(0);
                _stream.SetLength(0);
                (_sent, _end) = (0, 0);
                return;
            }

            WriteMarker(_sent);
        }
    }

    /// <summary>Closes the spool, and removes its files when everything was sent.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_path is not null && _sent == _end)
            {
                // Removed while it is locked, so that no other process takes it over in between.
                File.Delete(_path);
                File.Delete(MarkerPath(_path));
                if (Directory.Exists(ArtifactFolder))
                {
                    Directory.Delete(ArtifactFolder, recursive: true);
                }
            }

            _stream.Dispose();
        }
    }

    private static FileStreamOptions Exclusively(FileMode mode) =>
        new()
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };

    private static string MarkerPath(string path) => $"{path}.sent";

    /// <summary>A process that was killed may have left an incomplete record at the end.</summary>
    private static long EndOfRecords(Stream stream)
    {
        var block = new byte[64 * 1024];
        for (var end = stream.Length; end > 0; )
        {
            var length = (int)Math.Min(block.Length, end);
            stream.Position = end - length;
            stream.ReadExactly(block, 0, length);
            if (block.AsSpan(0, length).LastIndexOf((byte)'\n') is var last and >= 0)
            {
                return end - length + last + 1;
            }

            end -= length;
        }

        return 0;
    }

    private long ReadMarker() =>
        _path is not null
        && File.Exists(MarkerPath(_path))
        && long.TryParse(File.ReadAllText(MarkerPath(_path)), CultureInfo.InvariantCulture, out var sent)
            ? sent
            : 0;

    private void WriteMarker(long sent)
    {
        if (_path is null)
        {
            return;
        }

        try
        {
            var written = $"{MarkerPath(_path)}.new";
            File.WriteAllText(written, sent.ToString(CultureInfo.InvariantCulture));
            File.Move(written, MarkerPath(_path), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk: sent records may be sent once more; the platform recognizes them.
        }
    }
}
