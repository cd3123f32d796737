using System.Text;
using Microsoft.Win32.SafeHandles;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Processes;

namespace Platform.GpuAgent.Logs;

/// <summary>
/// An attempt's output as the log that is stored: the spool's bytes, with a line of ours in place of each gap. Gaps are in
/// the journal, so the same offset always means the same byte. What is stored gives its blocks back to the disk.
/// </summary>
internal sealed class Spool(AttemptJournal journal, long capacity) : IDisposable
{
    private const int PunchStep = 4 * 1024 * 1024;

    private SafeFileHandle? _file;
    private long _punched;
    private bool _cannotPunch;

    /// <summary>Reads what follows a log offset; 0 when nothing does yet.</summary>
    public int Read(long offset, Span<byte> buffer)
    {
        if (Open() is not { } file)
        {
            return 0;
        }

        var place = Locate(offset);
        if (place.Gap is { Closed: false } open)
        {
            // All that was kept has been sent: the gap ends here, and what follows is kept again.
            Change(open, open with { End = RandomAccess.GetLength(file), Closed = true });
            place = Locate(offset);
        }

        if (place.Gap is { } gap)
        {
            var marker = MarkerOf(gap).AsSpan((int)place.InMarker);
            var length = Math.Min(marker.Length, buffer.Length);
            marker[..length].CopyTo(buffer);
            return length;
        }

        var wanted = (int)Math.Min(buffer.Length, place.RawLimit - place.Raw);
        return RandomAccess.Read(file, buffer[..wanted], place.Raw);
    }

    /// <summary>Frees what is stored, and bounds what is not: beyond the limit new output is given up.</summary>
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

    private Place Locate(long offset)
    {
        var log = 0L;
        var raw = 0L;
        foreach (var gap in journal.Entry.Gaps)
        {
            var length = gap.Start - raw;
            if (offset < log + length)
            {
                return new Place(raw + offset - log, gap.Start, null, 0);
            }

            log += length;
            var marker = gap.Closed ? MarkerOf(gap).Length : long.MaxValue - log;
            if (offset < log + marker)
            {
                return new Place(gap.Start, gap.Start, gap, offset - log);
            }

            log += marker;
            raw = gap.End;
        }

        return new Place(raw + offset - log, long.MaxValue, null, 0);
    }

    private SafeFileHandle? Open()
    {
        if (_file is null && File.Exists(journal.Folder.Spool))
        {
            // Writing is for giving blocks back; the training appends through a handle of its own.
            _file = File.OpenHandle(
                journal.Folder.Spool,
                FileMode.Open,
                FileAccess.ReadWrite,
                FileShare.ReadWrite | FileShare.Delete
            );
        }

        return _file;
    }

    /// <param name="Raw">The spool's byte.</param>
    /// <param name="RawLimit">Where the bytes that follow it without a gap end.</param>
    /// <param name="Gap">The gap whose line is meant instead.</param>
    /// <param name="InMarker">How far into that line.</param>
    private readonly record struct Place(long Raw, long RawLimit, SpoolGap? Gap, long InMarker);
}
