using System.Text;

namespace Platform.Sdk;

/// <summary>A part of a text: what was added since the one before.</summary>
/// <param name="Number">Its number in this process.</param>
/// <param name="Ticks">When its first line was added, in UTC ticks to the microsecond.</param>
internal sealed record TextPart(int Number, long Ticks, byte[] Content);

/// <summary>
/// Lines that are stored as one file after another: what was stored never changes, so nothing is sent twice. Soon at first, so that
/// a run that has begun is seen to print; later less often.
/// </summary>
internal sealed class TextLog(TimeProvider clock)
{
    /// <summary>How many characters wait at most.</summary>
    public const int MaxUnwritten = 16 << 20;

    private const int MaxPart = 256 * 1024;
    private const int PartsWrittenSoon = 30;
    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LaterWriteInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly StringBuilder _lines = new();
    private long _writtenAt = clock.GetTimestamp();
    private long _ticks;
    private int _number;

    /// <summary>Adds lines.</summary>
    /// <exception cref="FormatException">Too much waits to be written.</exception>
    public void Add(string text)
    {
        lock (_gate)
        {
            if (_lines.Length + text.Length > MaxUnwritten)
            {
                throw new FormatException($"{MaxUnwritten >> 20} MiB wait to be written");
            }

            if (_lines.Length == 0)
            {
                var now = clock.GetUtcNow().UtcTicks;
                _ticks = now - (now % TimeSpan.TicksPerMicrosecond);
            }

            _lines.Append(text);
            if (!text.EndsWith('\n'))
            {
                _lines.Append('\n');
            }
        }
    }

    /// <summary>The next part, which is the caller's to store: whoever adds a line never waits for the disk.</summary>
    /// <returns>Null when it is not due.</returns>
    public TextPart? Take(bool atOnce)
    {
        lock (_gate)
        {
            var interval = _number < PartsWrittenSoon ? WriteInterval : LaterWriteInterval;
            var isDue = atOnce || _lines.Length >= MaxPart || clock.GetElapsedTime(_writtenAt) >= interval;
            if (_lines.Length == 0 || !isDue)
            {
                return null;
            }

            var content = Encoding.UTF8.GetBytes(_lines.ToString());
            _lines.Clear();
            _writtenAt = clock.GetTimestamp();
            return new TextPart(++_number, _ticks, content);
        }
    }
}
