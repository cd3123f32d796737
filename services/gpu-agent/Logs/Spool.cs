using System.Text;
using Microsoft.Win32.SafeHandles;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;

namespace Platform.GpuAgent.Logs;

/// <summary>
/// An attempt's output as the stored log: the spool's bytes, with a marker line in place of each gap. Gaps are in the
/// journal, so the same offset always means the same byte. Blocks of bytes that the platform has stored are freed.
/// </summary>
internal sealed class Spool(AttemptJournal journal, long capacity) : IDisposable
{
    private const int PunchStep = 4 * 1024 * 1024;

    private SafeFileHandle? _file;
    private long _punched;
    private bool _cannotPunch;

    /// <summary>Reads the bytes after a log offset; 0 when there are none yet.</summary>
    public int Read(long offset, Span<byte> buffer)
    {
        if (Open() is not { } file)
        {
            return 0;
        }

        var position = Locate(offset);
        if (position.Gap is { Closed: false } open)
        {
            // Everything that was kept has been sent: the gap ends here, and later output is kept again.
            Change(open, open with { End = RandomAccess.GetLength(file), Closed = true });
            position = Locate(offset);
        }

        if (position.Gap is { } gap)
        {
            var marker = MarkerOf(gap).AsSpan((int)position.InMarker);
            var length = Math.Min(marker.Length, buffer.Length);
            marker[..length].CopyTo(buffer);
            return length;
        }

        var wanted = (int)Math.Min(buffer.Length, position.RawLimit - position.Raw);
        return RandomAccess.Read(file, buffer[..wanted], position.Raw);
    }

    /// <summary>Frees what is stored and bounds the rest: beyond the limit new output is dropped.</summary>
    /// <param name="stored">The log offset up to which everything is stored.</param>
    public void Bound(long stored)
    {
        if (Open() is not { } file)
        {
            return;
        }

        var raw = Locate(stored).Raw;
        if (raw - _punched >= PunchStep)
        {
            _punched = Punch(file, _punched, raw) ? raw : _punched;
        }

        var length = RandomAccess.GetLength(file);
        var last = journal.Entry.Gaps is [.., var newest] ? newest : null;
        if (last is { Closed: false })
        {
            Extend(file, last, length);
        }
        else if (length - Math.Max(raw, last?.End ?? 0) > capacity)
        {
            var opened = new SpoolGap(Math.Max(raw, last?.End ?? 0) + capacity, length, Closed: false);
            journal.Update(entry => entry with { Gaps = [.. entry.Gaps, opened] });
            Punch(file, opened.Start, opened.End);
        }
    }

    public void Dispose() => _file?.Dispose();

    internal static byte[] MarkerOf(SpoolGap gap) =>
        Encoding.UTF8.GetBytes(
            $"\n[platform] {gap.End - gap.Start} bytes of output were dropped here: the platform was away and the node's spool was full.\n"
        );

    private void Extend(SafeFileHandle file, SpoolGap gap, long length)
    {
        if (length > gap.End)
        {
            Change(gap, gap with { End = length });
            Punch(file, gap.End, length);
        }
    }

    private void Change(SpoolGap from, SpoolGap to) =>
        journal.Update(entry => entry with { Gaps = [.. entry.Gaps.Select(gap => gap == from ? to : gap)] });

    private bool Punch(SafeFileHandle file, long from, long to)
    {
        _cannotPunch = _cannotPunch || !LibC.PunchHole(file, from, to - from);
        return !_cannotPunch;
    }

    private Position Locate(long offset)
    {
        var log = 0L;
        var raw = 0L;
        foreach (var gap in journal.Entry.Gaps)
        {
            var length = gap.Start - raw;
            if (offset < log + length)
            {
                return new Position(raw + offset - log, gap.Start, null, 0);
            }

            log += length;
            var marker = gap.Closed ? MarkerOf(gap).Length : long.MaxValue - log;
            if (offset < log + marker)
            {
                return new Position(gap.Start, gap.Start, gap, offset - log);
            }

            log += marker;
            raw = gap.End;
        }

        return new Position(raw + offset - log, long.MaxValue, null, 0);
    }

    private SafeFileHandle? Open()
    {
        if (_file is null && File.Exists(journal.Folder.Spool))
        {
            // Write access is for freeing blocks; the training appends through its own handle.
            _file = File.OpenHandle(
                journal.Folder.Spool,
                FileMode.Open,
                FileAccess.ReadWrite,
                FileShare.ReadWrite | FileShare.Delete
            );
        }

        return _file;
    }

    /// <param name="Raw">The offset in the spool.</param>
    /// <param name="RawLimit">The end of the bytes that follow it without a gap.</param>
    /// <param name="Gap">The gap whose marker line is at this offset instead.</param>
    /// <param name="InMarker">The offset in that line.</param>
    private readonly record struct Position(long Raw, long RawLimit, SpoolGap? Gap, long InMarker);
}
