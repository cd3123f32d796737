using System.Text;
using System.Threading.Channels;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace Platform.ElasticLogs;

/// <summary>
/// Takes the log's entries without ever waiting: whoever logs does so while it answers a request. Beyond a bound further ones are
/// counted and dropped.
/// </summary>
/// <param name="formatter">Writes an entry as one line of JSON.</param>
public sealed class ServiceLogQueue(ITextFormatter formatter) : ILogEventSink
{
    private const int MostEntries = 20_000;

    /// <summary>With its number, the id of a document: no other process has it.</summary>
    private readonly string _process = Guid.CreateVersion7().ToString("N");

    private readonly Channel<LogEvent> _entries = Channel.CreateBounded<LogEvent>(
        new BoundedChannelOptions(MostEntries) { SingleReader = true }
    );

    private long _dropped;
    private long _number;

    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        if (!_entries.Writer.TryWrite(logEvent))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>How many were dropped since this was last asked.</summary>
    internal long TakeDropped() => Interlocked.Exchange(ref _dropped, 0);

    /// <returns>False once nothing more comes.</returns>
    internal ValueTask<bool> WaitAsync(CancellationToken cancellationToken) =>
        _entries.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>The documents of the entries that are there now, at most a number of them.</summary>
    internal List<ElasticDocument> Take(int most)
    {
        var documents = new List<ElasticDocument>();
        while (documents.Count < most && _entries.Reader.TryRead(out var entry))
        {
            using var text = new StringWriter();
            formatter.Format(entry, text);
            var json = Encoding.UTF8.GetBytes(text.ToString().TrimEnd('\r', '\n'));
            documents.Add(new ElasticDocument($"{_process}-{_number++}", json));
        }

        return documents;
    }
}
