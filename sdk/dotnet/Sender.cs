using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Sdk;

/// <summary>Sends spools in order, oldest first; while the platform is unavailable it backs off.</summary>
internal sealed class Sender
{
    private const int BytesPerRequest = 512 * 1024;
    private const int PointsPerRequest = 5000;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly object _gate = new();
    private readonly TrackedRunOptions _options;
    private readonly List<Spool> _spools;
    private readonly bool _reportOutages;
    private readonly CancellationToken _stop;
    private readonly Thread _thread;
    private TimeSpan _pause = FirstPause;
    private long _lastProgress;
    private bool _unavailable;
    private bool _woken;
    private bool _retryNow;
    private bool _finishing;
    private int _recordsPerRequest = int.MaxValue;

    /// <param name="reportOutages">Whether to tell the user that the platform is unavailable.</param>
    public Sender(TrackedRunOptions options, List<Spool> spools, bool reportOutages, CancellationToken stop)
    {
        _reportOutages = reportOutages;
        _options = options;
        _spools = spools;
        _stop = stop;
        _thread = new Thread(Run) { IsBackground = true, Name = "platform-sender" };
    }

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

    /// <summary>Waits until all is sent, as long as there is progress.</summary>
    public bool Finish(TimeSpan idleTimeout)
    {
        lock (_gate)
        {
            _lastProgress = Stopwatch.GetTimestamp();
            _finishing = true;
            _retryNow = true;
            Monitor.PulseAll(_gate);
            while (
                !HasSentAll && !_stop.IsCancellationRequested && Stopwatch.GetElapsedTime(_lastProgress) < idleTimeout
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
                if (!WaitForWork())
                {
                    return;
                }

                continue;
            }

            try
            {
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

        try
        {
            try
            {
                Send(client, batch);
            }
            catch (RecordRefusedException e) when (e.Status is HttpStatusCode.NotFound && batch.Kind is not "artifact")
            {
                // The platform does not know the run (any longer).
                Send(client, Batch.First(Records.Run(_options), 0, 1));
                Send(client, batch);
            }

            _recordsPerRequest = int.MaxValue;
        }
        catch (RecordRefusedException) when (batch.Records > 1)
        {
            _recordsPerRequest = 1;
            return;
        }
        catch (RecordRefusedException e)
        {
            Notice.Write($"the platform refused {batch.Kind}: {e.Message}");
        }

        spool.Acknowledge(batch.Length);
    }

    private void Send(PlatformClient client, Batch batch)
    {
        var run = $"api/runs/{_options.RunId}";
        switch (batch.Kind)
        {
            case "run":
                client.Send(HttpMethod.Put, run, batch.Body, null, _stop);
                break;
            case "points":
                client.Send(HttpMethod.Post, $"{run}/metrics", batch.Body, null, _stop);
                break;
            case "update":
                client.Send(HttpMethod.Patch, run, batch.Body, null, _stop);
                break;
            case "finish":
                client.Send(HttpMethod.Post, $"{run}/finish", batch.Body, null, _stop);
                break;
            case "artifact":
                SendArtifact(client, batch);
                break;
        }
    }

    private void SendArtifact(PlatformClient client, Batch batch)
    {
        var folder = batch.Record["folder"]!.GetValue<string>();
        if (!Directory.Exists(folder))
        {
            // Removed once the version existed, just before the process ended.
            return;
        }

        var hashes = batch.Record["body"]!["files"]!
            .AsArray()
            .Select(file => file!["sha256"]!.GetValue<string>())
            .ToHashSet(StringComparer.Ordinal);
        client.Upload(folder, hashes, NoteProgress, _stop);

        client.Send(
            HttpMethod.Post,
            $"api/artifacts/{Uri.EscapeDataString(batch.Record["name"]!.GetValue<string>())}/versions",
            batch.Body,
            batch.Record["id"]!.GetValue<string>(),
            _stop
        );
        Directory.Delete(folder, recursive: true);
    }

    private void NoteProgress() => Signal(() => _lastProgress = Stopwatch.GetTimestamp());

    private void OnAvailable()
    {
        NoteProgress();
        _pause = FirstPause;
        if (_reportOutages && _unavailable)
        {
            _unavailable = false;
            Notice.Write("tracking is available again");
        }
    }

    private void OnUnavailable(string reason)
    {
        if (_reportOutages && !_unavailable)
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
    private bool WaitForWork()
    {
        lock (_gate)
        {
            while (!_woken)
            {
                if (_finishing || _stop.IsCancellationRequested)
                {
                    return false;
                }

                Monitor.Wait(_gate, TimeSpan.FromSeconds(1));
            }

            _woken = false;
            return true;
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

    /// <summary>The content of one request: one record, or several records of points.</summary>
    private sealed record Batch(string Kind, JsonNode Record, byte[] Body, int Length, int Records)
    {
        public static Batch First(byte[] bytes, int mostPoints, int mostRecords)
        {
            var (record, length) = Next(bytes, 0);
            var kind = record["kind"]!.GetValue<string>();
            if (kind is not "points")
            {
                return new Batch(kind, record, ToBytes(record["body"]!), length, 1);
            }

            var points = record["points"]!.AsArray();
            var records = 1;
            while (length < bytes.Length && records < mostRecords && points.Count < mostPoints)
            {
                var (next, size) = Next(bytes, length);
                if (next["points"] is not JsonArray more)
                {
                    break;
                }

                foreach (var point in more)
                {
                    points.Add(point!.DeepClone());
                }

                length += size;
                records++;
            }

            return new Batch(
                kind,
                record,
                ToBytes(new JsonObject { ["points"] = points.DeepClone() }),
                length,
                records
            );
        }

        private static (JsonNode Record, int Length) Next(byte[] bytes, int start)
        {
            var length = Array.IndexOf(bytes, (byte)'\n', start) - start + 1;
            return (JsonNode.Parse(bytes.AsSpan(start, length))!, length);
        }

        private static byte[] ToBytes(JsonNode node) => System.Text.Encoding.UTF8.GetBytes(node.ToJsonString());
    }
}
