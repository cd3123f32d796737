using System.Text;
using Platform.Jobs.Logs;

namespace Platform.Jobs.LogSearch;

/// <summary>
/// The text of a line that is searched and shown: what a terminal finally shows of it, without escape sequences, invalid UTF-8 as
/// U+FFFD. It keeps the buffers for the next line.
/// </summary>
internal sealed class LogText
{
    private const char Escape = '\u001b';
    private const char Bell = '\u0007';

    private char[] _text = new char[1024];
    private char[] _folded = new char[1024];
    private byte[] _bytes = new byte[1024];
    private int _length;

    /// <summary>The text; valid until the next line is read.</summary>
    public ReadOnlySpan<char> Text => _text.AsSpan(0, _length);

    /// <summary>The same without the difference of upper and lower case, character by character.</summary>
    public ReadOnlySpan<char> Folded => _folded.AsSpan(0, _length);

    /// <summary>A text as <see cref="Folded"/> writes it.</summary>
    public static string Fold(string text) => text.ToUpperInvariant();

    /// <summary>Reads a line.</summary>
    public void Read(ReadOnlySpan<byte> line)
    {
        var visible = LogLineSplitter.Visible(line);
        if (_text.Length < visible.Length)
        {
            Array.Resize(ref _text, visible.Length * 2);
            _folded = new char[_text.Length];
        }

        _length = Encoding.UTF8.GetChars(visible, _text);
        if (Text.Contains(Escape))
        {
            _length = RemoveSequences(_text.AsSpan(0, _length));
        }

        Text.ToUpperInvariant(_folded);
    }

    /// <summary>Reads a line, and writes <see cref="Folded"/> of it as UTF-8; valid until the next line is read.</summary>
    public ReadOnlySpan<byte> FoldBytes(ReadOnlySpan<byte> line)
    {
        var visible = LogLineSplitter.Visible(line);
        if (Ascii.IsValid(visible) && !visible.Contains((byte)Escape))
        {
            Reserve(visible.Length);
            Ascii.ToUpper(visible, _bytes, out var length);
            return _bytes.AsSpan(0, length);
        }

        Read(line);
        Reserve(Encoding.UTF8.GetMaxByteCount(_length));
        return _bytes.AsSpan(0, Encoding.UTF8.GetBytes(Folded, _bytes));
    }

    private void Reserve(int bytes)
    {
        if (_bytes.Length < bytes)
        {
            _bytes = new byte[bytes * 2];
        }
    }

    private static int RemoveSequences(Span<char> text)
    {
        var kept = 0;
        for (var i = 0; i < text.Length; )
        {
            var length = text[i] == Escape ? SequenceLength(text[i..]) : 0;
            if (length > 0)
            {
                i += length;
            }
            else
            {
                text[kept++] = text[i++];
            }
        }

        return kept;
    }

    /// <summary>The length of the escape sequence at the beginning of a text, as the web app reads them; 0 when it is none.</summary>
    private static int SequenceLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 2)
        {
            return 0;
        }

        if (text[1] == '[')
        {
            var i = 2;
            while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] is ';' or '?'))
            {
                i++;
            }

            while (i < text.Length && text[i] is >= ' ' and <= '/')
            {
                i++;
            }

            return i < text.Length && text[i] is >= '@' and <= '~' ? i + 1 : 0;
        }

        if (text[1] == ']' && text[2..].IndexOfAny(Bell, Escape) is var end and >= 0)
        {
            end += 2;
            if (text[end] == Bell)
            {
                return end + 1;
            }

            if (end + 1 < text.Length && text[end + 1] == '\\')
            {
                return end + 2;
            }
        }

        return text[1] is (>= '@' and <= 'Z') or (>= '\\' and <= '_') ? 2 : 0;
    }
}
