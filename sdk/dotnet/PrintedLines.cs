using System.Globalization;

namespace Platform.Sdk;

/// <summary>
/// Puts what is printed together as lines. A progress bar draws over its own line; several of them go down to theirs and up again.
/// </summary>
/// <param name="add">Takes a line.</param>
internal sealed class PrintedLines(Action<string> add, ProgressBars mode, TimeProvider clock)
{
    private const int MaxLine = 64 * 1024;
    private const int MaxRowsOnScreen = 16;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private List<Row> _rows = [new(clock.GetTimestamp())];
    private int _at;
    private int _draws;
    private bool _isReturned;

    public void Feed(string text)
    {
        lock (_gate)
        {
            for (var i = 0; i < text.Length; )
            {
                i += Take(text.AsSpan(i));
            }
        }
    }

    /// <summary>Adds the lines that have no end yet.</summary>
    public void End()
    {
        lock (_gate)
        {
            var rows = _rows;
            (_rows, _at) = ([new(clock.GetTimestamp())], 0);
            rows.Where(row => row.Text.Length > 0).ToList().ForEach(Keep);
        }
    }

    /// <returns>How many characters of the text are done.</returns>
    private int Take(ReadOnlySpan<char> text)
    {
        switch (text)
        {
            case ['\n', ..]:
                GoDown();
                return 1;
            case ['\r', '\n', ..]:
                GoDown();
                return 2;
            case ['\r', ..]:
                _isReturned = true;
                return 1;
            case ['\e', '[', ..]:
                return TakeSequence(text);
            case ['\e', ..]:
                return 1;
            default:
                var length = text.IndexOfAny('\r', '\n', '\e');
                length = length < 0 ? text.Length : length;
                Write(text[..length].ToString());
                return length;
        }
    }

    /// <summary>What a terminal does instead of printing: goes up, or colors and the like, which are left out.</summary>
    private int TakeSequence(ReadOnlySpan<char> text)
    {
        var end = 2;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is ';' or '?'))
        {
            end++;
        }

        if (end == text.Length || !char.IsAsciiLetter(text[end]))
        {
            return 1;
        }

        if (text[end] is 'A')
        {
            var isCount = int.TryParse(text[2..end], CultureInfo.InvariantCulture, out var rows);
            _at = Math.Max(0, _at - (isCount ? rows : 1));
            _draws = 0;
        }

        return end + 1;
    }

    private void Write(string text)
    {
        var row = _rows[_at];
        if (!_isReturned)
        {
            row.Text += text;
        }
        else
        {
            _isReturned = false;
            DrawOver(row, text);
        }

        if (row.Text.Length > MaxLine)
        {
            GoDown();
        }
    }

    private void DrawOver(Row row, string text)
    {
        // A line that was wiped may become one as any other.
        row.IsProgress = !string.IsNullOrWhiteSpace(row.Text);
        if (row.IsProgress && mode is ProgressBars.Second && clock.GetElapsedTime(row.Since) >= ProgressInterval)
        {
            row.Since = clock.GetTimestamp();
            row.Kept = row.Text.TrimEnd();
            add(row.Kept);
        }

        if (!row.IsDrawn)
        {
            (row.IsDrawn, row.Since) = (true, clock.GetTimestamp());
        }

        row.Text = text;
        _draws++;
        if (_draws > 1)
        {
            // Nothing went up since: the bars above have ended.
            KeepRowsAbove();
        }
    }

    private void GoDown()
    {
        var row = _rows[_at];
        _at++;
        _draws = 0;
        _isReturned = false;
        if (_at == _rows.Count)
        {
            _rows.Add(new(clock.GetTimestamp()));
        }

        // A bar may have been drawn for the first time, and the next one be below it.
        if (!row.IsDrawn || _at > MaxRowsOnScreen)
        {
            KeepRowsAbove();
        }
    }

    private void KeepRowsAbove()
    {
        var above = _rows[.._at];
        _rows = _rows[_at..];
        _at = 0;
        above.ForEach(Keep);
    }

    private void Keep(Row row)
    {
        var text = row.IsDrawn ? row.Text.TrimEnd() : row.Text;
        var isLeftOut =
            (row.IsProgress && mode is ProgressBars.Off) || (row.IsDrawn && (text.Length == 0 || text == row.Kept));
        if (!isLeftOut)
        {
            add(text);
        }
    }

    /// <summary>A line that may still be drawn over.</summary>
    /// <param name="since">When it was kept last, as a time stamp.</param>
    private sealed class Row(long since)
    {
        public string Text { get; set; } = "";

        public bool IsDrawn { get; set; }

        public bool IsProgress { get; set; }

        public string Kept { get; set; } = "";

        public long Since { get; set; } = since;
    }
}
