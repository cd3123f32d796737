using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Platform.Jobs.Logs;

/// <summary>
/// Cuts a log's bytes into lines and writes each as one server-sent event. Lines end at <c>\n</c>. A carriage return, which
/// an event's data cannot hold, draws over the line on a terminal: what counts is behind the last one, so the frames of a
/// progress bar become its last. Bytes that are no UTF-8 become U+FFFD. A line longer than 64 KiB comes in parts, so that a
/// program that never breaks its lines costs its readers no memory.
/// </summary>
/// <param name="offset">Where the first byte lies in the log.</param>
/// <param name="idSuffix">What follows the offset in each id.</param>
internal sealed class LogLines(IBufferWriter<byte> output, long offset, string idSuffix)
{
    private const int MaxLineBytes = 64 * 1024;
    private const int MaxBegunBytes = 4 * 1024;

    private readonly ArrayBufferWriter<byte> _begun = new();
    private readonly byte[] _idSuffix = Encoding.ASCII.GetBytes(idSuffix);
    private long _written = offset;
    private long _shown = -1;

    /// <summary>The byte after the last one that was added.</summary>
    public long Offset => _written + _begun.WrittenCount;

    /// <summary>Writes every line that these bytes complete, and keeps the rest.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is var end and >= 0)
        {
            var line = bytes[..end];
            if (_begun.WrittenCount > 0)
            {
                Keep(line);
                line = _begun.WrittenSpan;
            }

            Write(line, line.Length + 1);
            _begun.ResetWrittenCount();
            bytes = bytes[(end + 1)..];
        }

        Keep(bytes);
    }

    /// <summary>Writes what is kept: the log ends without a line break.</summary>
    public void Finish()
    {
        if (_begun.WrittenCount > 0)
        {
            Write(_begun.WrittenSpan, _begun.WrittenCount);
            _begun.ResetWrittenCount();
        }
    }

    /// <summary>
    /// Writes what is visible of the line that is not complete yet, such as a progress bar, as <c>event: progress</c>. It
    /// has no id: whoever comes back gets it again, and the line itself once it is complete.
    /// </summary>
    /// <returns>False when nothing is new since it was last written.</returns>
    public bool WriteBegun()
    {
        if (_begun.WrittenCount == 0 || _shown == Offset)
        {
            return false;
        }

        _shown = Offset;
        var text = Visible(_begun.WrittenSpan);
        text = text[..Math.Min(text.Length, MaxBegunBytes)];
        output.Write("event: progress\ndata: "u8);
        WriteText(text.Length == 0 ? text : text[..WholeCharacters(text)]);
        return true;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        while (_begun.WrittenCount + bytes.Length > MaxLineBytes)
        {
            var room = MaxLineBytes - _begun.WrittenCount;
            _begun.Write(bytes[..room]);
            bytes = bytes[room..];
            var part = WholeCharacters(_begun.WrittenSpan);
            Write(_begun.WrittenSpan[..part], part);
            var rest = _begun.WrittenSpan[part..].ToArray();
            _begun.ResetWrittenCount();
            _begun.Write(rest);
        }

        _begun.Write(bytes);
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

    /// <summary>What a terminal shows of a line in the end.</summary>
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

    /// <summary>How much of the bytes does not cut a character in two at the end.</summary>
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
