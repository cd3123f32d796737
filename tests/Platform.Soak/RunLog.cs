using System.Diagnostics;
using System.Globalization;

namespace Platform.Soak;

/// <summary>Writes what happens, one line each, with the seconds since the start.</summary>
internal sealed class RunLog(TextWriter writer)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Lock _lock = new();

    public void Note(string message)
    {
        lock (_lock)
        {
            writer.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed.TotalSeconds, 7:0.0}  {message}")
            );
            writer.Flush();
        }
    }
}
