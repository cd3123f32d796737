using System.Buffers;

namespace Platform.Jobs.Logs;

/// <summary>Takes a line.</summary>
/// <param name="line">Its bytes without the line break; valid during the call.</param>
/// <param name="length">How many bytes of the log it is, with the line break.</param>
internal delegate void LogLineHandler(ReadOnlySpan<byte> line, int length);

/// <summary>
/// Splits a log's bytes into lines, which end at <c>\n</c>. A line longer than 64 KiB is cut into parts at whole characters, each a line
/// of its own, so that output without line breaks needs no unbounded memory. Whoever numbers lines counts these.
/// </summary>
internal sealed class LogLineSplitter(LogLineHandler handler)
{
    /// <summary>The longest line.</summary>
    public const int MaxLineBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _incomplete = new();

    /// <summary>The line that has no end yet.</summary>
    public ReadOnlySpan<byte> Incomplete => _incomplete.WrittenSpan;

    /// <summary>Hands over every line that these bytes complete, and buffers the rest.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is var end and >= 0)
        {
            var line = bytes[..end];
            if (_incomplete.WrittenCount > 0 || line.Length > MaxLineBytes)
            {
                Buffer(line);
                line = _incomplete.WrittenSpan;
            }

            handler(line, line.Length + 1);
            _incomplete.ResetWrittenCount();
            bytes = bytes[(end + 1)..];
        }

        Buffer(bytes);
    }

    /// <summary>Hands over the buffered rest: the log ends without a line break.</summary>
    public void Finish()
    {
        if (_incomplete.WrittenCount > 0)
        {
            handler(_incomplete.WrittenSpan, _incomplete.WrittenCount);
            _incomplete.ResetWrittenCount();
        }
    }

    /// <summary>What a terminal finally shows of a line: carriage returns make it overwrite what came before.</summary>
    public static ReadOnlySpan<byte> Visible(ReadOnlySpan<byte> line)
    {
        var text = line.TrimEnd((byte)'\r');
        return text[(text.LastIndexOf((byte)'\r') + 1)..];
    }

    /// <summary>The number of bytes up to the end of the last complete character.</summary>
    public static int WholeCharacters(ReadOnlySpan<byte> bytes)
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

    private void Buffer(ReadOnlySpan<byte> bytes)
    {
        while (_incomplete.WrittenCount + bytes.Length > MaxLineBytes)
        {
            var free = MaxLineBytes - _incomplete.WrittenCount;
            _incomplete.Write(bytes[..free]);
            bytes = bytes[free..];
            var part = WholeCharacters(_incomplete.WrittenSpan);
            handler(_incomplete.WrittenSpan[..part], part);
            var rest = _incomplete.WrittenSpan[part..].ToArray();
            _incomplete.ResetWrittenCount();
            _incomplete.Write(rest);
        }

        _incomplete.Write(bytes);
    }
}
