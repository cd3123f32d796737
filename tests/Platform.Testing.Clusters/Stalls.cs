using System.Diagnostics;

namespace Platform.Testing.Clusters;

/// <summary>
/// Measures how long this machine was stalled, as happens on shared processors and disks: time limits of the platform
/// must allow for these stalls.
/// </summary>
/// <remarks>
/// A byte is written to disk every <see cref="_pause"/>; the time beyond <see cref="_usual"/> counts as a stall.
/// </remarks>
public sealed class Stalls : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _usual = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _watch;
    private long _ticks;

    /// <summary>Starts measuring.</summary>
    /// <param name="folder">A folder on the disk to measure.</param>
    public Stalls(string folder)
    {
        _watch = new Thread(() => Watch(Path.Combine(folder, $"stalls-{Guid.CreateVersion7():N}")))
        {
            IsBackground = true,
        };
        _watch.Start();
    }

    /// <summary>The total of all stalls so far.</summary>
    public TimeSpan Sum => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    /// <inheritdoc />
    public void Dispose()
    {
        _stop.Cancel();
        _watch.Join();
        _stop.Dispose();
    }

    private void Watch(string path)
    {
        using var file = File.Create(path, bufferSize: 1, FileOptions.DeleteOnClose);
        while (!_stop.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            _stop.Token.WaitHandle.WaitOne(_pause);
            file.Position = 0;
            file.WriteByte(0);
            file.Flush(flushToDisk: true);
            var more = Stopwatch.GetElapsedTime(began) - _usual;
            if (more > TimeSpan.Zero)
            {
                Interlocked.Add(ref _ticks, more.Ticks);
            }
        }
    }
}
