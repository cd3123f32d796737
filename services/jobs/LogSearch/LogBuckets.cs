using Platform.Jobs.Logs;

namespace Platform.Jobs.LogSearch;

/// <summary>A part of a bucket: a range with the times of its lines.</summary>
/// <param name="LastLine">The number of the last line.</param>
internal sealed record LogBucketRange(LogRange Range, long LastLine, DateTimeOffset FirstAt, DateTimeOffset LastAt);

/// <summary>Ranges of one log or several that share a signature.</summary>
internal sealed record LogBucket(byte[] Signature, IReadOnlyList<LogBucketRange> Ranges);

/// <summary>
/// Puts lines into buckets. A bucket is full when its signature would say too little, or when reading it would take too long; lines of
/// several short logs share one, so that a signature is never much larger than what it is about.
/// </summary>
internal sealed class LogBuckets
{
    /// <summary>A full bucket has at most this many bytes of lines, and one line more.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>
    /// The times of a range's lines lie so close together that a search which begins at a time reads few lines in vain.
    /// </summary>
    public static readonly TimeSpan MaxSpan = TimeSpan.FromMinutes(10);

    private const int MinBytes = 32 * 1024;
    private const int ManyRanges = 200;
    private const double MaxShare = 0.3;

    private readonly LogText _text = new();
    private readonly List<LogBucket> _full = [];
    private readonly List<LogBucketRange> _ranges = [];
    private LogSignature _signature = new();
    private LogBucketRange? _open;
    private long _bytes;

    /// <summary>The full ones.</summary>
    public IReadOnlyList<LogBucket> Full => _full;

    /// <summary>Adds a line; those of a log come one after the other.</summary>
    public void Add(LogKey log, LogLineAt line, ReadOnlySpan<byte> bytes)
    {
        var at = line.Place.At;
        if (_open is { } open && Fits(open, log, line))
        {
            _open = new LogBucketRange(
                open.Range with
                {
                    To = line.End,
                },
                line.Number,
                at < open.FirstAt ? at : open.FirstAt,
                at > open.LastAt ? at : open.LastAt
            );
        }
        else
        {
            CloseRange();
            _open = new LogBucketRange(
                new LogRange(log, line.Place.Offset, line.End, line.Number),
                line.Number,
                at,
                at
            );
        }

        _signature.Add(_text.FoldBytes(bytes));
        _bytes += line.End - line.Place.Offset;
        if (_bytes >= MaxBytes || (_bytes >= MinBytes && _signature.Share >= MaxShare))
        {
            CloseBucket();
        }
    }

    /// <summary>Closes the last bucket although it is not full, when that leaves much less for searches to read as it is.</summary>
    public void CloseLarge()
    {
        CloseRange();
        if (_ranges.Count >= ManyRanges)
        {
            CloseBucket();
        }
    }

    private void CloseBucket()
    {
        CloseRange();
        _full.Add(new LogBucket(_signature.ToBytes(), [.. _ranges]));
        _ranges.Clear();
        _signature = new LogSignature();
        _bytes = 0;
    }

    private static bool Fits(LogBucketRange open, LogKey log, LogLineAt line) =>
        open.Range.To == line.Place.Offset
        && open.Range.Log == log
        && line.Place.At - open.FirstAt <= MaxSpan
        && open.LastAt - line.Place.At <= MaxSpan;

    private void CloseRange()
    {
        if (_open is { } open)
        {
            _ranges.Add(open);
            _open = null;
        }
    }
}
