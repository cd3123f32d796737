using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.ElasticLogs;

/// <summary>
/// Sends this process's log. One loop gathers entries; another sends them. Where that one is busy or Elasticsearch away, entries go
/// into the spool, which is sent before what is newer.
/// </summary>
internal sealed partial class SendServiceLogs(
    ServiceLogQueue queue,
    DocumentSender sender,
    LogMetrics metrics,
    LogSource source,
    IOptions<ElasticsearchOptions> options,
    TimeProvider clock,
    ILogger<SendServiceLogs> log
) : BackgroundService
{
    private const int BatchDocuments = 2000;
    private const long MiB = 1024 * 1024;
    private static readonly TimeSpan _lastTry = TimeSpan.FromSeconds(2);

    private readonly Channel<IReadOnlyList<ElasticDocument>> _batches = Channel.CreateBounded<
        IReadOnlyList<ElasticDocument>
    >(1);

    /// <summary>Says that there is something to send.</summary>
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(1);
    private readonly string _stream = options.Value.StreamOf("service");
    private bool _hasDropped;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        LogSpool spool;
        try
        {
            spool = LogSpool.Open(options.Value.SpoolFolder, source.Service, options.Value.SpoolMegabytes * MiB, clock);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNoSpool(options.Value.SpoolFolder, exception.Message);
            return;
        }

        using (spool)
        {
            await Task.WhenAll(GatherAsync(spool, stoppingToken), SendAsync(spool, stoppingToken));
            await FinishAsync(spool);
        }
    }

    private async Task GatherAsync(LogSpool spool, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await queue.WaitAsync(stoppingToken);
                await Task.Delay(options.Value.FlushInterval, clock, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            while (queue.Take(BatchDocuments) is { Count: > 0 } documents)
            {
                if (spool.Documents > 0 || !_batches.Writer.TryWrite(documents))
                {
                    Keep(spool, documents);
                }

                _wake.Writer.TryWrite(true);
            }

            Note(spool);
        }
    }

    private async Task SendAsync(LogSpool spool, CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var (isDone, after) = await SendNextAsync(spool, stoppingToken);
                failures = isDone ? 0 : failures + 1;
                Note(spool);
                if (!isDone)
                {
                    await Task.Delay(after ?? sender.Pause(failures - 1), clock, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogFailed(exception);
                await Task.Delay(options.Value.LongestPause, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Sends the oldest that waits; waits for some.</summary>
    private async Task<(bool IsDone, TimeSpan? RetryAfter)> SendNextAsync(
        LogSpool spool,
        CancellationToken cancellationToken
    )
    {
        if (_batches.Reader.TryRead(out var batch))
        {
            return await SendAsync(spool, batch, cancellationToken);
        }

        if (spool.ReadOldest() is var (part, documents))
        {
            var (rest, after) = await sender.TrySendAsync(_stream, documents, cancellationToken);
            if (rest.Count < documents.Count || documents.Count == 0)
            {
                // What is left goes to the end: it must not hold up what came after it.
                Keep(spool, rest);
                spool.Remove(part);
            }

            return (rest.Count == 0, after);
        }

        await _wake.Reader.ReadAsync(cancellationToken);
        return (true, null);
    }

    private async Task<(bool IsDone, TimeSpan? RetryAfter)> SendAsync(
        LogSpool spool,
        IReadOnlyList<ElasticDocument> batch,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var (rest, after) = await sender.TrySendAsync(_stream, batch, cancellationToken);
            Keep(spool, rest);
            return (rest.Count == 0, after);
        }
        catch (Exception)
        {
            // What was taken meanwhile is not created again.
            Keep(spool, batch);
            throw;
        }
    }

    /// <summary>Sends what it can in a short time; the next process finds the rest in the spool.</summary>
    private async Task FinishAsync(LogSpool spool)
    {
        var left = _batches.Reader.TryRead(out var batch) ? batch.ToList() : [];
        while (queue.Take(BatchDocuments) is { Count: > 0 } documents)
        {
            left.AddRange(documents);
        }

        using var limit = new CancellationTokenSource(_lastTry);
        try
        {
            var (isDone, _) = await SendAsync(spool, left, limit.Token);
            while (isDone && spool.Documents > 0)
            {
                (isDone, _) = await SendNextAsync(spool, limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Time is up.
        }
    }

    private void Keep(LogSpool spool, IReadOnlyList<ElasticDocument> documents)
    {
        if (documents.Count == 0)
        {
            return;
        }

        NoteDropped(spool.Append(documents));
    }

    private void Note(LogSpool spool)
    {
        metrics.Waiting(_stream, spool.Documents, spool.Age);
        NoteDropped(queue.TakeDropped());
        if (spool.Documents == 0)
        {
            _hasDropped = false;
        }
    }

    /// <summary>Said once, until all that waited was sent.</summary>
    private void NoteDropped(long documents)
    {
        if (documents == 0)
        {
            return;
        }

        metrics.Dropped(_stream, documents);
        if (!_hasDropped)
        {
            _hasDropped = true;
            LogDropped(options.Value.SpoolMegabytes);
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Error,
        "Log lines cannot be kept in {Folder} ({Reason}): nothing of this process's log is sent to Elasticsearch"
    )]
    private partial void LogNoSpool(string folder, string reason);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "More log lines wait for Elasticsearch than {SpoolMegabytes} MiB or the disk hold; the oldest are dropped and counted (platform.logs.dropped)"
    )]
    private partial void LogDropped(int spoolMegabytes);

    [LoggerMessage(3, LogLevel.Error, "Sending the log failed and is tried again")]
    private partial void LogFailed(Exception exception);
}
