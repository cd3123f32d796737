using System.Text.Json;
using Platform.GpuAgent.Files;

namespace Platform.GpuAgent.Journal;

/// <summary>
/// The state of one attempt, in two files. The journal holds what must survive a crash of the machine: the command, a
/// stop, gaps of the log. The attempt's progress is noted in a second file without waiting for the disk: notes survive
/// a crash of the agent, and a crash of the machine also ends the training, whose own files then tell the rest. The
/// later revision counts.
/// </summary>
internal sealed class AttemptJournal
{
    // The journal must still be writable when the training has filled the disk.
    private const int ReservedBytes = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly Lock _flushing = new();
    private AttemptEntry _entry;
    private bool _flushed;

    private AttemptJournal(AttemptFolder folder, AttemptEntry entry, bool flushed)
    {
        Folder = folder;
        _entry = entry;
        _flushed = flushed;
    }

    public AttemptFolder Folder { get; }

    public AttemptEntry Entry
    {
        get
        {
            lock (_lock)
            {
                return _entry;
            }
        }
    }

    /// <summary>Begins the journal of a new attempt; durable once it is flushed.</summary>
    public static AttemptJournal Create(AttemptFolder folder, AttemptEntry entry)
    {
        Directory.CreateDirectory(folder.Path);
        File.Delete(folder.Notes);
        DurableFile.Replace(folder.Journal, entry, JournalJson.Default.AttemptEntry);
        return new AttemptJournal(folder, entry, flushed: false);
    }

    /// <summary>Null when the folder has no journal.</summary>
    /// <exception cref="JsonException">It cannot be read.</exception>
    public static AttemptJournal? Open(AttemptFolder folder)
    {
        if (DurableFile.Read(folder.Journal, JournalJson.Default.AttemptEntry) is not { } entry)
        {
            return null;
        }

        var noted = ReadNotes(folder);
        return new AttemptJournal(folder, noted?.Revision > entry.Revision ? noted : entry, flushed: true);
    }

    /// <summary>Reserves the space to write the end of the attempt should the training fill the disk.</summary>
    public void Reserve() => File.WriteAllBytes(Folder.Reserve, new byte[ReservedBytes]);

    /// <summary>Flushes the entry that the journal was created with; only the first call does any work.</summary>
    public void Flush()
    {
        lock (_flushing)
        {
            if (!_flushed)
            {
                DurableFile.Flush(Folder.Journal);
                _flushed = true;
            }
        }
    }

    /// <summary>Changes the entry; what it returns is on disk. An unchanged one is not written again.</summary>
    public AttemptEntry Update(Func<AttemptEntry, AttemptEntry> change) =>
        Change(change, entry => DurableFile.Write(Folder.Journal, entry, JournalJson.Default.AttemptEntry));

    /// <summary>Changes the entry; the next agent sees it, but a crash of the machine may lose it.</summary>
    public AttemptEntry Note(Func<AttemptEntry, AttemptEntry> change) =>
        Change(change, entry => DurableFile.Replace(Folder.Notes, entry, JournalJson.Default.AttemptEntry));

    private AttemptEntry Change(Func<AttemptEntry, AttemptEntry> change, Action<AttemptEntry> write)
    {
        lock (_lock)
        {
            var changed = change(_entry);
            if (!ReferenceEquals(changed, _entry))
            {
                changed = changed with { Revision = _entry.Revision + 1 };
                WriteWithReserve(() => write(changed));
                _entry = changed;
                if (changed.Phase is AttemptPhase.Done)
                {
                    // Nothing is written any more, and the folder is kept for days.
                    File.Delete(Folder.Reserve);
                }
            }

            return changed;
        }
    }

    private void WriteWithReserve(Action write)
    {
        try
        {
            write();
        }
        catch (IOException exception) when (DiskSpace.IsFull(exception))
        {
            File.Delete(Folder.Reserve);
            write();
        }
    }

    private static AttemptEntry? ReadNotes(AttemptFolder folder)
    {
        try
        {
            return DurableFile.Read(folder.Notes, JournalJson.Default.AttemptEntry);
        }
        catch (JsonException)
        {
            return null; // the machine crashed while they were written
        }
    }
}
