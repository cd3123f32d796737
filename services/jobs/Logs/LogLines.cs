using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Platform.Jobs.Logs;

/// <summary>
/// Splits a log's bytes into lines and writes each as one server-sent event. Lines end at <c>\n</c>. A carriage return,
/// which an event's data cannot hold, makes a terminal overwrite the line: only the text after the last one counts, so
/// the frames of a progress bar become its last frame. Invalid UTF-8 becomes U+FFFD. A line longer than 64 KiB is sent
/// in parts, so that output without line breaks needs no unbounded memory.
/// </summary>
/// <param name="offset">The offset of the first byte in the log.</param>
/// <param name="idSuffix">The text after the offset in each id.</param>
internal sealed class LogLines(IBufferWriter<byte> output, long offset, string idSuffix)
{
    private const int MaxLineBytes = 64 * 1024;
    private const int MaxIncompleteBytes = 4 * 1024;

    private readonly ArrayBufferWriter<byte> _incomplete = new();
    private readonly byte[] _idSuffix = Encoding.ASCII.GetBytes(idSuffix);
    private long _written = offset;
    private long _shown = -1;

    /// <summary>The byte after the last one that was added.</summary>
    public long Offset => _written + _incomplete.WrittenCount;

    /// <summary>Writes every line that these bytes complete, and buffers the rest.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is var end and >= 0)
        {
            var line = bytes[..end];
            if (_incomplete.WrittenCount > 0)
            {
                Buffer(line);
                line = _incomplete.WrittenSpan;
            }

            Write(line, line.Length + 1);
            _incomplete.ResetWrittenCount();
            bytes = bytes[(end + 1)..];
        }

        Buffer(bytes);
    }

    /// <summary>Writes the buffered rest: the log ends without a line break.</summary>
    public void Finish()
    {
        if (_incomplete.WrittenCount > 0)
        {
            Write(_incomplete.WrittenSpan, _incomplete.WrittenCount);
            _incomplete.ResetWrittenCount();
        }
    }

    /// <summary>
    /// Writes the visible part of the incomplete line, such as a progress bar, as <c>event: progress</c>. It has no id:
    /// a client that reconnects gets it again, and the line itself once it is complete.
    /// </summary>
    /// <returns>False when nothing changed since it was last written.</returns>
    public bool WriteIncomplete()
    {
        if (_incomplete.WrittenCount == 0 || _shown == Offset)
        {
            return false;
        }

        _shown = Offset;
        var text = Visible(_incomplete.WrittenSpan);
        text = text[..Math.Min(text.Length, MaxIncompleteBytes)];
        output.Write("event: progress\ndata: "u8);
        WriteText(text.Length == 0 ? text : text[..WholeCharacters(text)]);
        return true;
    }

    private void Buffer(ReadOnlySpan<byte> bytes)
    {
        while (_incomplete.WrittenCount + bytes.Length > MaxLineBytes)
        {
            var free = MaxLineBytes - _incomplete.WrittenCount;
            _incomplete.Write(bytes[..free]);
            bytes = bytes[free..];
            var part = WholeCharacters(_incomplete.WrittenSpan);
            Write(_incomplete.WrittenSpan[..part], part);
            var rest = _incomplete.WrittenSpan[part..].ToArray();
            _incomplete.ResetWrittenCount();
            _incomplete.Write(rest);
        }

        _incomplete.Write(bytes);
    }

    private void Write(ReadOnlySpan<byte> line, int length)
    {
        _written += length;
        output.Write("id: "u8);
        var digits = output.GetSpan(20);
        Utf8Formatter.TryFormat(_written, digits, out var count);
        output.Advance(count);
        output.Write(_idSuffix);
        output.Write("\ndata: "u8);
        WriteText(Visible(line));
    }

    /// <summary>What a terminal finally shows of a line.</summary>
    private static ReadOnlySpan<byte> Visible(ReadOnlySpan<byte> line)
    {
        var text = line.TrimEnd((byte)'\r');
        return text[(text.LastIndexOf((byte)'\r') + 1)..];
    }

    private void WriteText(ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
        {
            output.Write(text);
        }
        else
        {
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text), output);
        }

        output.Write("\n\n"u8);
    }

    /// <summary>The number of bytes up to the end of the last complete character.</summary>
    private static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        // A character has at most four bytes; those after its first begin with the bits 10.
        for (var i = 1; i <= Math.Min(3, bytes.Length); i++)
        {
            var first = bytes[^i];
            if ((first & 0b1100_0000) == 0b1000_0000)
            {
                continue;
            }

            var length =
                first >= 0b1111_0000 ? 4
                : first >= 0b1110_0000 ? 3
                : first >= 0b1100_0000 ? 2
                : 1;
            return length > i ? bytes.Length - i : bytes.Length;
        }

        return bytes.Length;
    }
}
