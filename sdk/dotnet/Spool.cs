using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

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
    private const int BlockSize = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Stream _stream;
    private readonly string? _path;
    private long _sent;
    private long _end;
    private int _first;

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
                if (_end == 0)
                {
                    _first = record.Length;
                }

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
                // The record of the run stays, for whoever has to end it.
                WriteMarker(_first);
                _stream.SetLength(_first);
                (_sent, _end) = (_first, _first);
                return;
            }

            WriteMarker(_sent);
        }
    }

    /// <summary>
    /// Adds the end of a run whose process was killed: interrupted, when it wrote its last record. Not that of a process that joined
    /// the run, which goes on without it, nor of a job's run, which ends as the job does.
    /// </summary>
    public void EndRun()
    {
        lock (_gate)
        {
            // Where all was sent, the platform knows of it, and that nothing is heard of the run any more.
            if (_path is not null && _sent < _end && BeginsRun() && !HasEnd())
            {
                Append(Records.AssumedFinish(new DateTimeOffset(File.GetLastWriteTimeUtc(_path))));
            }
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

    /// <summary>Whether the first record is that of the process with which its run ends.</summary>
    private bool BeginsRun()
    {
        var block = Block(0);
        try
        {
            var record = JsonNode.Parse(block.AsSpan(0, block.AsSpan().IndexOf((byte)'\n') + 1)) as JsonObject;
            return record?["kind"]?.GetValue<string>() is "run"
                && record["body"] is JsonObject body
                && body.ContainsKey("startedAt")
                && (!body.ContainsKey("jobId") || body.ContainsKey("parentId"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private bool HasEnd()
    {
        var end = "\n{\"kind\":\"finish\""u8;
        for (var start = 0L; start < _end; start += BlockSize - end.Length)
        {
            if (Block(start).AsSpan().IndexOf(end) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    private byte[] Block(long start)
    {
        var block = new byte[Math.Min(BlockSize, _end - start)];
        _stream.Position = start;
        _stream.ReadExactly(block);
        return block;
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
        var block = new byte[BlockSize];
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
