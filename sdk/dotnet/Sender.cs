using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Platform.Sdk;

/// <summary>Sends spools in order, oldest first; while the platform is unavailable it backs off.</summary>
internal sealed partial class Sender
{
    private const int BytesPerRequest = 512 * 1024;
    private const int PointsPerRequest = 5000;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(30);

    private readonly object _gate = new();
    private readonly TrackedRunOptions _options;
    private readonly List<Spool> _spools;
    private readonly byte[] _run;
    private readonly Spool? _own;
    private readonly Refusals _refusals;
    private readonly CancellationToken _stop;
    private readonly Thread _thread;
    private TimeSpan _pause = FirstPause;
    private long _lastProgress;
    private long _lastHeartbeat = Stopwatch.GetTimestamp();
    private long _stored;
    private long _refused;
    private long _mediaBytes;
    private bool _unavailable;
    private bool _woken;
    private bool _retryNow;
    private bool _finishing;
    private int _recordsPerRequest = int.MaxValue;

    /// <param name="options">The run and its platform.</param>
    /// <param name="run">The record of the run, for a platform that does not know it.</param>
    /// <param name="spools">What earlier processes of the run left, and at the end the process's own spool.</param>
    /// <param name="own">The spool of a training, which is told of outages and sends heartbeats; null when there is none.</param>
    /// <param name="refusals">Says what the platform refuses.</param>
    /// <param name="stop">Stops it.</param>
    public Sender(
        TrackedRunOptions options,
        byte[] run,
        List<Spool> spools,
        Spool? own,
        Refusals refusals,
        CancellationToken stop
    )
    {
        _options = options;
        _run = run;
        _own = own;
        _refusals = refusals;
        _spools = spools;
        _stop = stop;
        _thread = new Thread(Run) { IsBackground = true, Name = "platform-sender" };
    }

    /// <summary>How many values of the process's own spool the platform has stored.</summary>
    public long Stored => Interlocked.Read(ref _stored);

    /// <summary>How many it has refused.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>How many bytes of images and texts of the own spool were sent or refused.</summary>
    public long MediaBytes => Interlocked.Read(ref _mediaBytes);

    /// <summary>
    /// Called once with the last step of a run that goes on, after what earlier processes left was sent; null without an answer.
    /// </summary>
    public Action<long?>? OnLastStep { get; set; }

    public bool HasSentAll => _spools.TrueForAll(spool => spool.IsEmpty);

    public void Start() => _thread.Start();

    /// <summary>Waits until its thread has ended and the spools are closed.</summary>
    public void Join(TimeSpan atMost) => _thread.Join(atMost);

    /// <summary>Signals new records.</summary>
    public void Wake() => Signal(() => _woken = true);

    /// <summary>Ends the current pause because a caller is waiting.</summary>
    public void RetryNow() => Signal(() => _retryNow = true);

    public void WaitForProgress(TimeSpan atMost)
    {
        lock (_gate)
        {
            Monitor.Wait(_gate, atMost);
        }
    }

    /// <summary>Waits until all is sent, as long as there is progress and no longer than <paramref name="longest"/>.</summary>
    public bool Finish(TimeSpan idleTimeout, TimeSpan? longest = null)
    {
        lock (_gate)
        {
            var started = _lastProgress = Stopwatch.GetTimestamp();
            _finishing = true;
            _retryNow = true;
            Monitor.PulseAll(_gate);
            while (
                !HasSentAll
                && !_stop.IsCancellationRequested
                && Stopwatch.GetElapsedTime(_lastProgress) < idleTimeout
                && (longest is null || Stopwatch.GetElapsedTime(started) < longest)
            )
            {
                Monitor.Wait(_gate, TimeSpan.FromMilliseconds(50));
            }

            return HasSentAll;
        }
    }

    private void Run()
    {
        using (var client = new PlatformClient(_options.Server!, _options.Token))
        {
            SendAll(client);
        }

        _spools.ForEach(spool => spool.Dispose());
    }

    private void SendAll(PlatformClient client)
    {
        while (!_stop.IsCancellationRequested)
        {
            if (_spools.Find(spool => !spool.IsEmpty) is not { } spool)
            {
                if (!WaitForWork(client))
                {
                    return;
                }

                continue;
            }

            try
            {
                if (spool == _own)
                {
                    AskLastStep(client);
                }

                SendSome(client, spool);
                OnAvailable();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // No failure may end the training's process.
                OnUnavailable(e.Message);
            }
        }
    }

    private void SendSome(PlatformClient client, Spool spool)
    {
        var bytes = spool.Read(BytesPerRequest);
        Batch batch;
        try
        {
            batch = Batch.First(bytes, PointsPerRequest, _recordsPerRequest);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            Notice.Write($"{spool.Location} contains a damaged record, which is skipped");
            spool.Acknowledge(Array.IndexOf(bytes, (byte)'\n') + 1);
            return;
        }

        var refused = 0;
        try
        {
            SendToRun(client, batch);
            _recordsPerRequest = int.MaxValue;
        }
        catch (RecordRefusedException) when (batch.Records > 1)
        {
            _recordsPerRequest = 1;
            return;
        }
        catch (RecordRefusedException e)
        {
            refused = SendParts(client, batch, e);
        }

        if (spool == _own)
        {
            // Earlier processes of the run have counted theirs.
            Interlocked.Add(ref _stored, batch.Size - refused);
            Interlocked.Add(ref _refused, refused);
            Interlocked.Add(ref _mediaBytes, batch.MediaBytes);
        }

        spool.Acknowledge(batch.Length);
    }

    private void SendToRun(PlatformClient client, Batch batch)
    {
        try
        {
            Send(client, batch);
        }
        catch (RecordRefusedException e) when (e.Status is HttpStatusCode.NotFound && batch.Kind is not "artifact")
        {
            // The platform does not know the run (any longer).
            Send(client, Batch.First(_run, 0, 1));
            Send(client, batch);
        }
    }

    /// <summary>One value that the platform refuses costs no other: halves are sent, down to single values.</summary>
    /// <returns>How many values were refused.</returns>
    private int SendParts(PlatformClient client, Batch batch, RecordRefusedException reason)
    {
        if (batch.IsAssumed)
        {
            // The platform knows more of it than the process that found the spool.
            return 0;
        }

        var isDivided =
            (int)reason.Status is 400 or 413 or 422
            || reason.Message.Contains("run.too-many-values", StringComparison.Ordinal);
        Batch[] halves = isDivided ? [.. batch.Halves()] : [];
        if (halves.Length == 0)
        {
            _refusals.Say(batch.Name, $"the platform refused it: {reason.Message}");
            batch.DeleteCopies();
            return batch.Size;
        }

        var refused = 0;
        foreach (var half in halves)
        {
            try
            {
                SendToRun(client, half);
            }
            catch (RecordRefusedException again)
            {
                refused += SendParts(client, half, again);
            }
        }

        return refused;
    }

    private void NoteProgress() => Signal(() => _lastProgress = Stopwatch.GetTimestamp());

    private void OnAvailable()
    {
        NoteProgress();
        _pause = FirstPause;
        if (_own is not null && _unavailable)
        {
            _unavailable = false;
            Notice.Write("tracking is available again");
        }
    }

    private void OnUnavailable(string reason)
    {
        OnLastStep?.Invoke(null);
        OnLastStep = null;
        if (_own is not null && !_unavailable)
        {
            _unavailable = true;
            Notice.Write($"tracking is unavailable ({reason}); the training continues and its records are sent later");
        }

        lock (_gate)
        {
            if (!_retryNow && !_stop.IsCancellationRequested)
            {
                Monitor.Wait(_gate, _finishing ? FirstPause : _pause);
            }

            _retryNow = false;
        }

        _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, LongestPause.Ticks));
    }

    /// <returns>False when no more records will follow.</returns>
    private bool WaitForWork(PlatformClient client)
    {
        while (true)
        {
            lock (_gate)
            {
                if (!_woken && !_finishing && !_stop.IsCancellationRequested)
                {
                    Monitor.Wait(_gate, TimeSpan.FromSeconds(1));
                }

                if (_woken)
                {
                    _woken = false;
                    return true;
                }

                if (_finishing || _stop.IsCancellationRequested)
                {
                    return false;
                }
            }

            // Without the lock: a request may take a while, and nobody has to wait for it.
            SendHeartbeat(client);
        }
    }

    private void Signal(Action change)
    {
        lock (_gate)
        {
            change();
            Monitor.PulseAll(_gate);
        }
    }
}
