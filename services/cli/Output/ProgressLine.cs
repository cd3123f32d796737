using Platform.Cli.Artifacts;

namespace Platform.Cli.Output;

/// <summary>Shows progress in the last line of a terminal, a few times a second.</summary>
internal sealed class ProgressLine(TextWriter output) : IProgress<TransferProgress>, IDisposable
{
    private const string ClearLine = "\r\u001b[2K";
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);
    private long _shown;

    public void Report(TransferProgress value) => Show(value);

    /// <summary>Shows what is done now.</summary>
    public void Show<T>(T what)
    {
        if (_shown == 0 || TimeProvider.System.GetElapsedTime(_shown) >= _pause)
        {
            _shown = TimeProvider.System.GetTimestamp();
            output.Write($"{ClearLine}{what}");
        }
    }

    public void Dispose()
    {
        if (_shown != 0)
        {
            output.Write(ClearLine);
        }
    }
}
