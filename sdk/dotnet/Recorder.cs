using System.Diagnostics;

namespace Platform.Sdk;

/// <summary>
/// Two threads beside the training: one writes logged records from memory to the spool, the other sends the spool. The
/// training itself only adds to a list.
/// </summary>
internal sealed class Recorder : IDisposable
{
    private const int MaxPointsInMemory = 1_000_000;
    private const int MaxRecordsInMemory = 100_000;
    private const long MaxMediaUnsent = 4L << 30;
    private const int PointsBeforeWaking = 2 * Records.MaxPoints;

    private readonly object _gate = new();
    private readonly TrackedRunOptions _options;
    private readonly byte[] _run;
    private readonly Refusals _refusals;
    private readonly Action<bool> _writeTexts;
    private readonly Thread _collector;
    private readonly CancellationTokenSource _stop = new();
    private List<Point> _points = [];
    private List<(byte[] Line, int Size)> _records = [];
    private Spool? _spool;
    private Sender? _sender;
    private bool _collecting;
    private bool _flushRequested;
    private bool _finishing;
    private long _accepted;
    private long _lost;
    private long _mediaBytes;

    /// <param name="options">The run and its platform.</param>
    /// <param name="run">The record of the run.</param>
    /// <param name="refusals">Counts what can't be stored.</param>
    /// <param name="writeTexts">Stores what is due of the run's texts, or all of it.</param>
    public Recorder(TrackedRunOptions options, byte[] run, Refusals refusals, Action<bool> writeTexts)
    {
        _writeTexts = writeTexts;
        _options = options;
        _run = run;
        _refusals = refusals;
        _collector = new Thread(Collect) { IsBackground = true, Name = "platform-collector" };
    }

    /// <summary>Where the last step of a run that goes on is said; null when nobody needs it.</summary>
    public Action<long?>? OnLastStep { get; set; }

    public void Start()
    {
        var left = Spool.TakeOver(_options.SpoolFolder, _options.RunId);
        _spool = Spool.Create(_options.SpoolFolder, _options.RunId);
        _spool.Append(_run);
        _sender = new Sender(_options, _run, [.. left, _spool], _spool, _refusals, _stop.Token)
        {
            OnLastStep = OnLastStep,
        };
        _sender.Start();
        _collector.Start();
    }

    public void Add(Point point)
    {
        lock (_gate)
        {
            _accepted++;
            if (_points.Count >= MaxPointsInMemory)
            {
                Interlocked.Increment(ref _lost);
                return;
            }

            _points.Add(point);
            if (_points.Count % PointsBeforeWaking == 0)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <param name="size">How many values or artifacts users logged with it.</param>
    public void Add(byte[] record, int size)
    {
        lock (_gate)
        {
            _accepted += size;
            if (_records.Count >= MaxRecordsInMemory)
            {
                Interlocked.Add(ref _lost, size);
                return;
            }

            _records.Add((record, size));
        }
    }

    public void AddArtifact(string path, string name, string type) =>
        Add(ArtifactCopy.Create(path, name, type, _spool!.ArtifactFolder, _options), 1);

    /// <summary>Where copies lie until they are sent.</summary>
    public string FolderForFiles => _spool!.ArtifactFolder;

    /// <summary>Counts what is to be sent of images and texts.</summary>
    /// <exception cref="FormatException">There is too much: during an outage the disk is the training's.</exception>
    public void ReserveMedia(long size)
    {
        lock (_gate)
        {
            if (_mediaBytes - _sender!.MediaBytes + size > MaxMediaUnsent)
            {
                throw new FormatException($"{MaxMediaUnsent >> 30} GiB of images and texts wait to be sent");
            }

            _mediaBytes += size;
        }
    }

    public TrackingReport Report()
    {
        lock (_gate)
        {
            var lost = Interlocked.Read(ref _lost);
            var (stored, refused) = (_sender!.Stored, _sender.Refused);
            return new TrackingReport(
                stored,
                refused + _refusals.Count + lost,
                Math.Max(0, _accepted - lost - stored - refused)
            );
        }
    }

    public void Flush(TimeSpan timeout)
    {
        for (var watch = Stopwatch.StartNew(); ; )
        {
            lock (_gate)
            {
                if (_points.Count == 0 && _records.Count == 0 && !_collecting && _sender!.HasSentAll)
                {
                    return;
                }

                _flushRequested = true;
                Monitor.PulseAll(_gate);
            }

            _sender!.RetryNow();
            if (watch.Elapsed > timeout)
            {
                return;
            }

            _sender.WaitForProgress(TimeSpan.FromMilliseconds(20));
        }
    }

    /// <summary>Writes what is left and waits while it is being sent. Unsent records stay in the spool.</summary>
    /// <param name="end">The record of the run's end; null where another process ends it.</param>
    /// <param name="longest">How long to wait at most.</param>
    public void Finish(byte[]? end, TimeSpan? longest)
    {
        lock (_gate)
        {
            if (end is not null)
            {
                _records.Add((end, 0));
            }

            _finishing = true;
            Monitor.PulseAll(_gate);
        }

        _collector.Join();
        var sentAll = _sender!.Finish(_options.FinishTimeout, longest);
        _stop.Cancel();
        if (!sentAll)
        {
            Notice.Write($"the platform is unavailable; unsent records are kept in {_spool!.Location}");
        }

        if (Interlocked.Read(ref _lost) is > 0 and var lost)
        {
            Notice.Write($"{lost} values were lost because the spool could not store them");
        }

        // When all is sent the sender only removes its files: wait for it, or the process would leave them behind.
        _sender.Join(sentAll ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(2));
    }

    public void Dispose() => _stop.Dispose();

    private void Collect()
    {
        while (true)
        {
            _writeTexts(false);
            List<Point> points;
            List<(byte[] Line, int Size)> records;
            lock (_gate)
            {
                if (!_finishing && !_flushRequested)
                {
                    Monitor.Wait(_gate, _options.FlushInterval);
                }

                _flushRequested = false;
                (points, _points) = (_points, []);
                (records, _records) = (_records, []);
                if (_finishing && points.Count == 0 && records.Count == 0)
                {
                    return;
                }

                _collecting = true;
            }

            Write(points, records);
            lock (_gate)
            {
                _collecting = false;
            }
        }
    }

    /// <summary>Points first: the records may include the end of the run.</summary>
    private void Write(List<Point> points, List<(byte[] Line, int Size)> records)
    {
        var all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(points);
        for (var i = 0; i < all.Length; i += Records.MaxPoints)
        {
            var some = all.Slice(i, Math.Min(Records.MaxPoints, all.Length - i));
            if (!_spool!.Append(Records.Points(some)))
            {
                Interlocked.Add(ref _lost, some.Length);
            }
        }

        foreach (var (line, size) in records)
        {
            if (!_spool!.Append(line))
            {
                Interlocked.Add(ref _lost, Math.Max(size, 1));
            }
        }

        if (all.Length > 0 || records.Count > 0)
        {
            _sender!.Wake();
        }
    }
}
