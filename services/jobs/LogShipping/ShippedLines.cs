using System.Text;

namespace Platform.Jobs.LogShipping;

/// <summary>Takes a line.</summary>
/// <param name="line">Its bytes without the line break; valid during the call.</param>
/// <param name="start">Where it begins in the bytes.</param>
/// <param name="isPart">True when it was cut, and the next line continues it.</param>
internal delegate void ShippedLineHandler(ReadOnlySpan<byte> line, int start, bool isPart);

/// <summary>
/// Splits a log as readers of it see it: lines end at <c>\n</c>, and one of more than 64 KiB is cut at a whole character. Where it cuts
/// depends on the bytes from a line's beginning only, so that a repeat makes the same lines.
/// </summary>
internal static class ShippedLines
{
    /// <summary>The longest line.</summary>
    public const int MaxLineBytes = 64 * 1024;

    /// <param name="isEnd">True when nothing comes after the bytes.</param>
    /// <returns>How many of the bytes are in lines; the rest begins one that has no end yet.</returns>
    public static int Split(ReadOnlySpan<byte> bytes, bool isEnd, ShippedLineHandler handler)
    {
        var start = 0;
        while (start < bytes.Length)
        {
            var rest = bytes[start..];
            var end = rest[..Math.Min(rest.Length, MaxLineBytes + 1)].IndexOf((byte)'\n');
            if (end >= 0)
            {
                handler(rest[..end], start, isPart: false);
                start += end + 1;
            }
            else if (rest.Length > MaxLineBytes)
            {
                var part = WholeCharacters(rest[..MaxLineBytes]);
                handler(rest[..part], start, isPart: true);
                start += part;
            }
            else if (isEnd)
            {
                handler(rest, start, isPart: false);
                start = bytes.Length;
            }
            else
            {
                break;
            }
        }

        return start;
    }

    /// <summary>What a terminal finally shows of a line; invalid UTF-8 becomes U+FFFD.</summary>
    public static string Visible(ReadOnlySpan<byte> line)
    {
        var text = line.TrimEnd((byte)'\r');
        return Encoding.UTF8.GetString(text[(text.LastIndexOf((byte)'\r') + 1)..]);
    }

    /// <summary>The number of bytes up to the end of the last complete character.</summary>
    private static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        // Of the last four bytes, the first of a character decides; those after it begin with the bits 10.
        for (var i = 1; i <= Math.Min(4, bytes.Length); i++)
        {
            var first = bytes[^i];
            if ((first & 0b1100_0000) != 0b1000_0000)
            {
                var length =
                    first >= 0b1111_0000 ? 4
                    : first >= 0b1110_0000 ? 3
                    : first >= 0b1100_0000 ? 2
                    : 1;
                return length > i && bytes.Length > i ? bytes.Length - i : bytes.Length;
            }
        }

        return bytes.Length;
    }
}
