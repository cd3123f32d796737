using System.Text;
using Platform.Jobs.Logs;

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
    /// <param name="isEnd">True when nothing comes after the bytes.</param>
    /// <returns>How many of the bytes are in lines; the rest begins one that has no end yet.</returns>
    public static int Split(ReadOnlySpan<byte> bytes, bool isEnd, ShippedLineHandler handler)
    {
        var start = 0;
        while (start < bytes.Length)
        {
            var rest = bytes[start..];
            var end = rest[..Math.Min(rest.Length, LogLineSplitter.MaxLineBytes + 1)].IndexOf((byte)'\n');
            if (end >= 0)
            {
                handler(rest[..end], start, isPart: false);
                start += end + 1;
            }
            else if (rest.Length > LogLineSplitter.MaxLineBytes)
            {
                var part = LogLineSplitter.WholeCharacters(rest[..LogLineSplitter.MaxLineBytes]);
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
    public static string Visible(ReadOnlySpan<byte> line) => Encoding.UTF8.GetString(LogLineSplitter.Visible(line));
}
