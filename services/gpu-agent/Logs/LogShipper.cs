using System.Diagnostics;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Server;

namespace Platform.GpuAgent.Logs;

/// <summary>
/// Sends an attempt's log in order and continues from the offset that the platform has stored, also when an earlier
/// agent sent it. While the platform is unavailable the log only arrives later; the training is not affected.
/// </summary>
internal sealed class LogShipper : IDisposable
{
    private const int FirstChunk = 64 * 1024;
    private const int LongestChunk = 2 * 1024 * 1024;

    private static readonly TimeSpan _activePause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _idlePause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _activeFor = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _refusalLimit = TimeSpan.FromSeconds(30);

    private readonly AttemptJournal _journal;
    private readonly JobsClient _jobs;
    private readonly ILogger _log;
    private readonly Spool _spool;
    private readonly Backoff _backoff = new();

    // Grows with the backlog and is released at the end: attempts are remembered for days.
    private byte[] _buffer = [];
    private long _stored;

    public LogShipper(AttemptJournal journal, JobsClient jobs, long spoolCapacity, ILogger log)
    {
        _journal = journal;
        _jobs = jobs;
        _log = log;
        _spool = new Spool(journal, spoolCapacity);
    }

    /// <summary>Sends new output until it is cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        var sinceData = Stopwatch.StartNew();
        while (true)
        {
            var sent = await TrySendAsync(complete: false, cancellationToken);
            if (sent is Sent.Data)
            {
                sinceData.Restart();
            }
            else if (sent is Sent.Nothing)
            {
                await Task.Delay(sinceData.Elapsed < _activeFor ? _activePause : _idlePause, cancellationToken);
            }
            else
            {
                await _backoff.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>Sends the rest and marks the log as complete.</summary>
    /// <returns>False when the platform refuses this log (any longer).</returns>
    public async Task<bool> FinishAsync(CancellationToken cancellationToken)
    {
        Stopwatch? refused = null;
        while (true)
        {
            switch (await TrySendAsync(complete: true, cancellationToken))
            {
                case Sent.Nothing:
                    return true;
                case Sent.Data:
                    refused = null;
                    break;
                case Sent.Refused:
                    refused ??= Stopwatch.StartNew();
                    if (refused.Elapsed > _refusalLimit)
                    {
                        return false;
                    }

                    await _backoff.WaitAsync(cancellationToken);
                    break;
                default:
                    refused = null;
                    await _backoff.WaitAsync(cancellationToken);
                    break;
            }
        }
    }

    public void Dispose()
    {
        _buffer = [];
        _spool.Dispose();
    }

    private enum Sent
    {
        Data,
        Nothing,
        Refused,
        Unavailable,
    }

    private int Read()
    {
        if (_buffer.Length == 0)
        {
            _buffer = new byte[FirstChunk];
        }

        var length = _spool.Read(_stored, _buffer);
        if (length < _buffer.Length || length == LongestChunk)
        {
            return length;
        }

        _buffer = new byte[Math.Min(LongestChunk, _buffer.Length * 8)];
        return _spool.Read(_stored, _buffer);
    }

    private async Task<Sent> TrySendAsync(bool complete, CancellationToken cancellationToken)
    {
        var key = _journal.Entry.Key;
        _spool.Bound(_stored);
        var length = Read();
        if (length == 0 && !complete)
        {
            return Sent.Nothing;
        }

        try
        {
            var last = complete && length == 0;
            var before = _stored;
            _stored = await _jobs.AppendLogAsync(key, before, _buffer.AsMemory(0, length), last, cancellationToken);
            if (last && _stored == before)
            {
                return Sent.Nothing;
            }

            if (_stored <= before)
            {
                return Sent.Unavailable; // not accepted, or lost again: back off
            }

            _backoff.Reset();
            return Sent.Data;
        }
        catch (PlatformRefusedException exception)
        {
            _log.LogWarning("The log of {Attempt} was refused: {Reason}", key, exception.Message);
            return Sent.Refused;
        }
        catch (PlatformUnavailableException exception)
        {
            _log.LogDebug("The log of {Attempt} waits: {Reason}", key, exception.Message);
            // The chunk may have been too large for a slow connection.
            _buffer = [];
            return Sent.Unavailable;
        }
    }
}
