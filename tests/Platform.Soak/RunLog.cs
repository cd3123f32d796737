using System.Diagnostics;
using System.Globalization;

namespace Platform.Soak;

/// <summary>Says what happens, a line each, with the seconds since the start.</summary>
internal sealed class RunLog(TextWriter writer)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Lock _lock = new();

    public void Note(string what)
    {
        lock (_lock)
        {
            writer.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed.TotalSeconds, 7:0.0}  {what}")
            );
            writer.Flush();
        }
    }
}
