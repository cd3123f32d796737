namespace Platform.Tracking.Importing;

/// <summary>Reads lines that are at most as long as a line may be: who sends one without an end does not fill the memory.</summary>
internal sealed class BoundedLines(TextReader text)
{
    private const int MaxLine = 64 * 1024;

    private readonly char[] _buffer = new char[MaxLine];
    private int _from;
    private int _to;

    /// <summary>The next line, valid until the next is read; null at the end.</summary>
    /// <exception cref="InvalidDataException">It is too long.</exception>
    public async ValueTask<ReadOnlyMemory<char>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_from, _to - _from).IndexOf('\n');
            if (length >= 0)
            {
                var line = _buffer.AsMemory(_from, length);
                _from += length + 1;
                return line.TrimEnd('\r');
            }

            if (_from > 0)
            {
                _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
                (_from, _to) = (0, _to - _from);
            }

            if (_to == MaxLine)
            {
                throw new InvalidDataException("A line is too long.");
            }

            var read = await text.ReadAsync(_buffer.AsMemory(_to), cancellationToken);
            if (read == 0)
            {
                if (_to == 0)
                {
                    return null;
                }

                var last = _buffer.AsMemory(0, _to);
                (_from, _to) = (0, 0);
                return last.TrimEnd('\r');
            }

            _to += read;
        }
    }
}
