using System.Text;

namespace Platform.Sdk;

/// <summary>Adds what a program prints by <see cref="Console"/> to a text of its run, until it is disposed.</summary>
internal sealed class ConsoleCapture : IDisposable
{
    private static readonly Lock _gate = new();
    private static TextWriter? _untrackedError;
    private static int _open;

    private readonly List<(Tee Tee, TextWriter Installed, bool IsError)> _tees = [];
    private bool _isDisposed;

    public ConsoleCapture(Action<string> add, ProgressBars mode)
    {
        lock (_gate)
        {
            if (_open++ == 0)
            {
                _untrackedError = Console.Error;
            }

            Install(new Tee(Console.Out, new PrintedLines(add, mode, TimeProvider.System)), isError: false);
            Install(new Tee(Console.Error, new PrintedLines(add, mode, TimeProvider.System)), isError: true);
        }
    }

    /// <summary>
    /// Standard error, where what is printed is a text of a run. Notices are no part of it: they are made while locks are held.
    /// </summary>
    public static TextWriter? UntrackedError
    {
        get
        {
            lock (_gate)
            {
                return _untrackedError;
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        // Without the lock: the last lines may be followed by a notice.
        foreach (var (tee, installed, isError) in _tees)
        {
            tee.Release();
            if (isError && ReferenceEquals(Console.Error, installed))
            {
                Console.SetError(tee.Inner);
            }
            else if (!isError && ReferenceEquals(Console.Out, installed))
            {
                Console.SetOut(tee.Inner);
            }
        }

        lock (_gate)
        {
            if (--_open == 0)
            {
                _untrackedError = null;
            }
        }
    }

    private void Install(Tee tee, bool isError)
    {
        if (isError)
        {
            Console.SetError(tee);
        }
        else
        {
            Console.SetOut(tee);
        }

        // The console wraps what it is given.
        _tees.Add((tee, isError ? Console.Error : Console.Out, isError));
    }

    /// <summary>A writer that also adds what is written to a text. Printing never fails because it is tracked.</summary>
    private sealed class Tee(TextWriter inner, PrintedLines lines) : TextWriter(inner.FormatProvider)
    {
        private volatile bool _isOpen = true;

        public TextWriter Inner => inner;

        public override Encoding Encoding => inner.Encoding;

        /// <summary>What still holds this writer goes on to print.</summary>
        public void Release()
        {
            _isOpen = false;
            lines.End();
        }

        public override void Write(char value)
        {
            inner.Write(value);
            Feed($"{value}");
        }

        public override void Write(string? value)
        {
            inner.Write(value);
            Feed(value);
        }

        public override void Write(char[] buffer, int index, int count)
        {
            inner.Write(buffer, index, count);
            Feed(new string(buffer, index, count));
        }

        public override void Write(ReadOnlySpan<char> buffer)
        {
            inner.Write(buffer);
            Feed(buffer.ToString());
        }

        public override void Flush() => inner.Flush();

        private void Feed(string? text)
        {
            if (!_isOpen || text is not { Length: > 0 })
            {
                return;
            }

            try
            {
                lines.Feed(text);
            }
            catch (Exception)
            {
                // It was printed, which is what the program asked for.
            }
        }
    }
}
