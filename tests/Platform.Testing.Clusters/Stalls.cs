using System.Diagnostics;

namespace Platform.Testing.Clusters;

/// <summary>
/// How long this machine stood still, as machines do that share their processors and disks with others: what the platform
/// has to do within a time, it cannot do meanwhile.
/// </summary>
/// <remarks>Found by writing a byte to disk every <see cref="_pause"/>: whatever that takes beyond <see cref="_usual"/>.</remarks>
public sealed class Stalls : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _usual = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _watch;
    private long _ticks;

    /// <summary>Begins to watch.</summary>
    /// <param name="folder">A folder on the disk that counts.</param>
    public Stalls(string folder)
    {
        _watch = new Thread(() => Watch(Path.Combine(folder, $"stalls-{Guid.CreateVersion7():N}")))
        {
            IsBackground = true,
        };
        _watch.Start();
    }

    /// <summary>The sum of what was found so far.</summary>
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
