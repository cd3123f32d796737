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
    private const int PointsBeforeWaking = 2 * Records.MaxPoints;

    private readonly object _gate = new();
    private readonly TrackedRunOptions _options;
    private readonly Thread _collector;
    private readonly CancellationTokenSource _stop = new();
    private List<Point> _points = [];
    private List<byte[]> _records = [];
    private Spool? _spool;
    private Sender? _sender;
    private bool _collecting;
    private bool _flushRequested;
    private bool _finishing;
    private long _lost;

    public Recorder(TrackedRunOptions options)
    {
        _options = options;
        _collector = new Thread(Collect) { IsBackground = true, Name = "platform-collector" };
    }

    public void Start()
    {
        var left = Spool.TakeOver(_options.SpoolFolder, _options.RunId);
        _spool = Spool.Create(_options.SpoolFolder, _options.RunId);
        _spool.Append(Records.Run(_options));
        _sender = new Sender(_options, [.. left, _spool], reportOutages: true, _stop.Token);
        _sender.Start();
        _collector.Start();
    }

    public void Add(Point point)
    {
        if (Records.FindProblem(point) is { } problem)
        {
            Notice.Write($"not logged: {problem}");
            return;
        }

        lock (_gate)
        {
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

    public void Add(byte[] record)
    {
        lock (_gate)
        {
            if (_records.Count >= MaxRecordsInMemory)
            {
                Interlocked.Increment(ref _lost);
                return;
            }

            _records.Add(record);
        }
    }

    public void AddArtifact(string path, string name, string type)
    {
        try
        {
            Add(ArtifactCopy.Create(path, name, type, _spool!.ArtifactFolder, _options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Notice.Write($"artifact {name} is not stored: {e.Message}");
        }
    }

    public bool Flush(TimeSpan timeout)
    {
        for (var watch = Stopwatch.StartNew(); ; )
        {
            lock (_gate)
            {
                if (_points.Count == 0 && _records.Count == 0 && !_collecting && _sender!.HasSentAll)
                {
                    return true;
                }

                _flushRequested = true;
                Monitor.PulseAll(_gate);
            }

            _sender!.RetryNow();
            if (watch.Elapsed > timeout)
            {
                return false;
            }

            _sender.WaitForProgress(TimeSpan.FromMilliseconds(20));
        }
    }

    public void Finish(string status)
    {
        lock (_gate)
        {
            _records.Add(Records.Finish(status, _options.Attempt));
            _finishing = true;
            Monitor.PulseAll(_gate);
        }

        _collector.Join();
        var sentAll = _sender!.Finish(_options.FinishTimeout);
        _stop.Cancel();
        if (!sentAll)
        {
            Notice.Write($"the platform is unavailable; unsent records are kept in {_spool!.Location}");
        }

        if (Interlocked.Read(ref _lost) is > 0 and var lost)
        {
            Notice.Write($"{lost} records were lost because the spool could not store them");
        }

        // When all is sent the sender only removes its files: wait for it, or the process would leave them behind.
        _sender.Join(sentAll ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(2));
    }

    public void Dispose() => _stop.Dispose();

    private void Collect()
    {
        while (true)
        {
            List<Point> points;
            List<byte[]> records;
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
    private void Write(List<Point> points, List<byte[]> records)
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

        foreach (var record in records)
        {
            if (!_spool!.Append(record))
            {
                Interlocked.Increment(ref _lost);
            }
        }

        if (all.Length > 0 || records.Count > 0)
        {
            _sender!.Wake();
        }
    }
}
