using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.ElasticLogs;

/// <summary>
/// Sends documents in requests of a bounded size. What the server has no room for is sent again, later and later; a request that is
/// too large is halved; a document that is refused is dropped alone, counted, and said in the log once for each kind of error.
/// </summary>
public sealed partial class DocumentSender
{
    private const int BatchDocuments = 5000;
    private const int BatchBytes = 4 * 1024 * 1024;

    /// <summary>Kinds of errors that are said in the log; of further ones only the count grows.</summary>
    private const int MostKinds = 100;

    private readonly BulkClient _client;
    private readonly LogMetrics _metrics;
    private readonly ElasticsearchOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<DocumentSender> _log;
    private readonly ConcurrentDictionary<string, bool> _kinds = new(StringComparer.Ordinal);
    private int _isAway;

    internal DocumentSender(
        BulkClient client,
        LogMetrics metrics,
        IOptions<ElasticsearchOptions> options,
        TimeProvider clock,
        ILogger<DocumentSender> log
    )
    {
        (_client, _metrics, _options, _clock, _log) = (client, metrics, options.Value, clock, log);
    }

    /// <summary>Sends until each document was taken or refused, however long that takes.</summary>
    public async Task SendAsync(
        string stream,
        IReadOnlyList<ElasticDocument> documents,
        CancellationToken cancellationToken
    )
    {
        var since = _clock.GetTimestamp();
        for (var failures = 0; documents.Count > 0; failures++)
        {
            var (rest, after) = await TrySendAsync(stream, documents, cancellationToken);
            failures = rest.Count < documents.Count ? 0 : failures;
            documents = rest;
            _metrics.Waiting(stream, rest.Count, rest.Count == 0 ? TimeSpan.Zero : _clock.GetElapsedTime(since));
            if (rest.Count > 0)
            {
                await Task.Delay(after ?? Pause(failures), _clock, cancellationToken);
            }
        }
    }

    /// <summary>Sends once.</summary>
    /// <returns>What is to be sent again, and when, where the server says so.</returns>
    internal async Task<(IReadOnlyList<ElasticDocument> Left, TimeSpan? RetryAfter)> TrySendAsync(
        string stream,
        IReadOnlyList<ElasticDocument> documents,
        CancellationToken cancellationToken
    )
    {
        var rest = new List<ElasticDocument>();
        var requests = new Stack<ArraySegment<ElasticDocument>>(Requests([.. documents]).Reverse());
        while (requests.TryPop(out var request))
        {
            var answer = await _client.SendAsync(stream, request, cancellationToken);
            switch (answer.Result)
            {
                case BulkResult.Answered:
                    Read(stream, request, answer, rest);
                    break;
                case BulkResult.Refused when request.Count > 1:
                    requests.Push(request[(request.Count / 2)..]);
                    requests.Push(request[..(request.Count / 2)]);
                    break;
                case BulkResult.Refused:
                    Refuse(stream, request[0], answer.Status, $"status {answer.Status}", answer.Reason);
                    break;
                default:
                    NoteAway(answer.Reason);
                    rest.AddRange(request);
                    rest.AddRange(requests.SelectMany(waiting => waiting));
                    return (rest, answer.RetryAfter);
            }
        }

        if (rest.Count == 0 && documents.Count > 0)
        {
            NoteBack();
        }

        return (rest, null);
    }

    /// <summary>How long to wait after a number of failures; not the same for all that wait.</summary>
    internal TimeSpan Pause(int failures)
    {
        var pause = _options.FirstPause * Math.Pow(2, Math.Min(failures, 20));
        var bounded = pause < _options.LongestPause ? pause : _options.LongestPause;
        return bounded * (0.75 + (Random.Shared.NextDouble() / 4));
    }

    private static IEnumerable<ArraySegment<ElasticDocument>> Requests(ElasticDocument[] documents)
    {
        var (start, bytes) = (0, 0);
        for (var i = 0; i < documents.Length; i++)
        {
            if (i > start && (i - start == BatchDocuments || bytes + documents[i].Bytes > BatchBytes))
            {
                yield return new ArraySegment<ElasticDocument>(documents, start, i - start);
                (start, bytes) = (i, 0);
            }

            bytes += documents[i].Bytes;
        }

        if (start < documents.Length)
        {
            yield return new ArraySegment<ElasticDocument>(documents, start, documents.Length - start);
        }
    }

    private void Read(
        string stream,
        ArraySegment<ElasticDocument> request,
        BulkAnswer answer,
        List<ElasticDocument> rest
    )
    {
        var notTaken = 0;
        foreach (var fault in answer.Faults.Where(fault => !fault.IsRepeat))
        {
            notTaken++;
            if (fault.IsTemporary)
            {
                rest.Add(request[fault.Index]);
            }
            else
            {
                Refuse(stream, request[fault.Index], fault.Status, fault.Type, fault.Reason);
            }
        }

        if (rest.Count > 0)
        {
            NoteAway("it has no room for some documents");
        }

        _metrics.Sent(stream, request.Count - notTaken);
    }

    private void Refuse(string stream, ElasticDocument document, int status, string type, string reason)
    {
        _metrics.Refused(stream);
        if (_kinds.Count < MostKinds && _kinds.TryAdd($"{stream} {type}", true))
        {
            LogRefused(stream, document.Id, status, type, reason);
        }
    }

    private void NoteAway(string reason)
    {
        if (Interlocked.Exchange(ref _isAway, 1) == 0)
        {
            LogAway(reason);
        }
    }

    private void NoteBack()
    {
        if (Interlocked.Exchange(ref _isAway, 0) == 1)
        {
            LogBack();
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "Elasticsearch refused document {DocumentId} of {DataStream} with status {Status}, {ErrorType}: {Reason}. It is dropped; further ones of this kind are only counted"
    )]
    private partial void LogRefused(string dataStream, string documentId, int status, string errorType, string reason);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "Elasticsearch takes no log documents at present ({Reason}); they wait until it does"
    )]
    private partial void LogAway(string reason);

    [LoggerMessage(3, LogLevel.Information, "Elasticsearch takes log documents again")]
    private partial void LogBack();
}
