using Microsoft.Extensions.Options;
using Platform.ElasticLogs;
using Platform.EventStore;
using Platform.Jobs.Logs;

namespace Platform.Jobs.LogShipping;

/// <summary>
/// Sends the lines of all logs to Elasticsearch. How far a log was sent is noted once its lines were taken, so none is lost; the id of
/// a document is where its line begins, so a repeat makes no second one. One process of all does it at a time.
/// </summary>
internal sealed partial class ShipLogs(
    JobsStore store,
    LogStore logs,
    ShippedLogs shipped,
    DocumentSender sender,
    IOptions<ElasticsearchOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<ShipLogs> logger
) : ExclusiveLoop(store, "ship", "job logs", clock, lifetime)
{
    private const int PageLogs = 200;
    private const int BatchDocuments = 10_000;
    private const int BatchBytes = 4 * 1024 * 1024;

    private readonly TimeProvider _clock = clock;
    private readonly string _stream = options.Value.StreamOf("job");

    /// <summary>Lengths of open logs whose end was looked at: an unfinished line is not read again and again.</summary>
    private readonly Dictionary<LogKey, long> _seen = [];

    private readonly List<ElasticDocument> _documents = [];
    private readonly List<ShippedLog> _moves = [];
    private int _bytes;

    protected override TimeSpan Pause => TimeSpan.FromSeconds(5);

    /// <summary>Ends only with an exception: the session broke, or the host stops.</summary>
    protected override async Task WorkAsync(SessionLock turn, CancellationToken stoppingToken)
    {
        Forget();
        while (true)
        {
            await using (var check = turn.Connection.CreateCommand())
            {
                check.CommandText = "select 1";
                await check.ExecuteScalarAsync(stoppingToken);
            }

            if (!await ShipOnceAsync(stoppingToken))
            {
                await Task.Delay(options.Value.FlushInterval, _clock, stoppingToken);
            }
        }
    }

    /// <summary>Sends the next lines of each log.</summary>
    /// <returns>False when there was nothing new.</returns>
    private async Task<bool> ShipOnceAsync(CancellationToken cancellationToken)
    {
        var hasMoved = false;
        var after = new LogKey(Guid.Empty, 0, 0);
        while (true)
        {
            var page = await shipped.FindAsync(after, PageLogs, cancellationToken);
            foreach (var (log, length, isFinal) in page)
            {
                hasMoved |= await GatherAsync(log, length, isFinal, cancellationToken);
                if (_documents.Count >= BatchDocuments || _bytes >= BatchBytes)
                {
                    await SendAsync(cancellationToken);
                }
            }

            if (page.Count < PageLogs)
            {
                await SendAsync(cancellationToken);
                return hasMoved;
            }

            after = page[^1].Log.Key;
        }
    }

    private async Task<bool> GatherAsync(LogToShip log, long length, bool isFinal, CancellationToken cancellationToken)
    {
        if (!isFinal && _seen.GetValueOrDefault(log.Key) == length)
        {
            return false;
        }

        var pieces = await logs.ReadPiecesAsync(log.Key, log.Offset, cancellationToken);
        // What was appended since the length was read is left for the next time: it may not be the end.
        var left = length - log.Offset;
        var bytes = Join(pieces, left);
        if (bytes.Length == 0 && left > 0)
        {
            return false; // it is being purged
        }

        var isEnd = isFinal && bytes.Length == left;
        var piece = 0;
        var taken = ShippedLines.Split(
            bytes,
            isEnd,
            (line, start, isPart) =>
            {
                // Lines come in order, and so do the pieces that they begin in.
                while (piece + 1 < pieces.Count && pieces[piece + 1].From <= log.Offset + start)
                {
                    piece++;
                }

                var document = log.Document(line, log.Offset + start, isPart, TimeOf(log, pieces[piece]));
                _documents.Add(document);
                _bytes += document.Bytes;
            }
        );
        if (taken == 0 && !isEnd)
        {
            _seen[log.Key] = length;
            return false;
        }

        _seen.Remove(log.Key);
        _moves.Add(new ShippedLog(log.Key, log.Offset + taken, isEnd));
        return true;
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        if (_moves.Count == 0)
        {
            return;
        }

        await sender.SendAsync(_stream, _documents, cancellationToken);
        await shipped.MoveAsync(_moves, cancellationToken);
        Clear();
    }

    private void Clear()
    {
        _documents.Clear();
        _moves.Clear();
        _bytes = 0;
    }

    private void Forget()
    {
        Clear();
        _seen.Clear();
    }

    /// <summary>When it was stored, as searches have it; of before that was noted, when the job ended or else now.</summary>
    private DateTimeOffset TimeOf(LogToShip log, LogPiece piece) => piece.StoredAt ?? log.EndedAt ?? _clock.GetUtcNow();

    private static byte[] Join(IReadOnlyList<LogPiece> pieces, long most)
    {
        var bytes = new byte[Math.Min(pieces.Sum(piece => (long)piece.Bytes.Length), most)];
        var filled = 0;
        foreach (var piece in pieces.Select(piece => piece.Bytes))
        {
            var wanted = piece[..Math.Min(piece.Length, bytes.Length - filled)];
            wanted.CopyTo(bytes.AsMemory(filled));
            filled += wanted.Length;
        }

        return bytes;
    }

    [LoggerMessage(1, LogLevel.Warning, "Sending logs of jobs to Elasticsearch failed and is tried again")]
    protected override partial void LogFailed(Exception exception);
}
