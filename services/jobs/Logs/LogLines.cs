using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Platform.Jobs.Logs;

/// <summary>
/// Splits a log's bytes into lines (<see cref="LogLineSplitter"/>) and writes each as one server-sent event. A carriage return,
/// which an event's data cannot hold, makes a terminal overwrite the line: only the text after the last one counts, so
/// the frames of a progress bar become its last frame. Invalid UTF-8 becomes U+FFFD.
/// </summary>
internal sealed class LogLines
{
    private const int MaxIncompleteBytes = 4 * 1024;

    private readonly IBufferWriter<byte> _output;
    private readonly LogLineSplitter _lines;
    private readonly byte[] _idSuffix;
    private long _written;
    private long _shown = -1;

    /// <param name="offset">The offset of the first byte in the log.</param>
    /// <param name="idSuffix">The text after the offset in each id.</param>
    public LogLines(IBufferWriter<byte> output, long offset, string idSuffix)
    {
        (_output, _written) = (output, offset);
        _idSuffix = Encoding.ASCII.GetBytes(idSuffix);
        _lines = new LogLineSplitter(Write);
    }

    /// <summary>The byte after the last one that was added.</summary>
    public long Offset => _written + _lines.Incomplete.Length;

    /// <summary>Writes every line that these bytes complete, and buffers the rest.</summary>
    public void Add(ReadOnlySpan<byte> bytes) => _lines.Add(bytes);

    /// <summary>Writes the buffered rest: the log ends without a line break.</summary>
    public void Finish() => _lines.Finish();

    /// <summary>
    /// Writes the visible part of the incomplete line, such as a progress bar, as <c>event: progress</c>. It has no id:
    /// a client that reconnects gets it again, and the line itself once it is complete.
    /// </summary>
    /// <returns>False when nothing changed since it was last written.</returns>
    public bool WriteIncomplete()
    {
        if (_lines.Incomplete.IsEmpty || _shown == Offset)
        {
            return false;
        }

        _shown = Offset;
        var text = LogLineSplitter.Visible(_lines.Incomplete);
        text = text[..Math.Min(text.Length, MaxIncompleteBytes)];
        _output.Write("event: progress\ndata: "u8);
        WriteText(text[..LogLineSplitter.WholeCharacters(text)]);
        return true;
    }

    private void Write(ReadOnlySpan<byte> line, int length)
    {
        _written += length;
        _output.Write("id: "u8);
        var digits = _output.GetSpan(20);
        Utf8Formatter.TryFormat(_written, digits, out var count);
        _output.Advance(count);
        _output.Write(_idSuffix);
        _output.Write("\ndata: "u8);
        WriteText(LogLineSplitter.Visible(line));
    }

    private void WriteText(ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
        {
            _output.Write(text);
        }
        else
        {
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text), _output);
        }

        _output.Write("\n\n"u8);
    }
}
