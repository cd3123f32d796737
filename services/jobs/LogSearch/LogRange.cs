using System.Runtime.InteropServices;
using Platform.Jobs.Logs;

namespace Platform.Jobs.LogSearch;

/// <summary>Lines of a log that follow each other.</summary>
/// <param name="From">The offset of the first.</param>
/// <param name="To">The offset after the last.</param>
/// <param name="FirstLine">The number of the first, counted from 1.</param>
internal sealed record LogRange(LogKey Log, long From, long To, long FirstLine);

/// <summary>A line of a log that is being read.</summary>
/// <param name="Number">Counted from 1 in the log of one attempt and rank.</param>
/// <param name="End">The offset after it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LogLineAt(LogPlace Place, long Number, long End);

/// <summary>Takes a line.</summary>
/// <param name="bytes">Without its line break; valid during the call.</param>
internal delegate void LogRangeHandler(LogLineAt line, ReadOnlySpan<byte> bytes);

/// <summary>Reads the lines of a range from its chunks.</summary>
internal sealed class LogRangeLines
{
    private readonly LogRange _range;
    private readonly LogRangeHandler _handler;
    private readonly LogLineSplitter _lines;
    private long _offset;
    private long _number;

    /// <summary>Of the chunks that may have the beginning of the next line: offset and time.</summary>
    private readonly List<(long From, DateTimeOffset At)> _chunks = [];

    public LogRangeLines(LogRange range, LogRangeHandler handler)
    {
        (_range, _handler) = (range, handler);
        (_offset, _number) = (range.From, range.FirstLine);
        _lines = new LogLineSplitter(Take);
    }

    /// <summary>Where the line begins that has no end yet.</summary>
    public long Offset => _offset;

    /// <summary>Its number.</summary>
    public long Number => _number;

    /// <summary>Adds the next chunk; what lies outside of the range is left out.</summary>
    /// <param name="from">The offset of its first byte.</param>
    /// <param name="at">When it was stored.</param>
    public void Add(long from, ReadOnlySpan<byte> bytes, DateTimeOffset at)
    {
        var read = _offset + _lines.Incomplete.Length;
        var skip = Math.Max(0, read - from);
        var end = Math.Min(bytes.Length, _range.To - from);
        if (skip >= end)
        {
            return;
        }

        _chunks.Add((from, at));
        _lines.Add(bytes[(int)skip..(int)end]);
        _chunks.RemoveRange(0, ChunkOf(_offset));
    }

    /// <summary>The range ends, and with it the last line.</summary>
    public void Finish() => _lines.Finish();

    private void Take(ReadOnlySpan<byte> line, int length)
    {
        var place = LogPlace.Of(_chunks[ChunkOf(_offset)].At, _range.Log, _offset);
        _offset += length;
        _handler(new LogLineAt(place, _number, _offset), line);
        _number++;
    }

    private int ChunkOf(long offset) => Math.Max(0, _chunks.FindLastIndex(chunk => chunk.From <= offset));
}
