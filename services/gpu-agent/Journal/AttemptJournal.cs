using System.Text.Json;

namespace Platform.GpuAgent.Journal;

/// <summary>
/// The state of one attempt, in two files. The journal holds what a crash of the machine must not take: the command, a stop,
/// gaps of the log. How far the attempt has come is noted beside it without waiting for the disk: a note outlives the agent,
/// and when the machine goes, so does the training, whose own files then say the rest. The later revision counts.
/// </summary>
internal sealed class AttemptJournal
{
    // The journal of an attempt whose training has filled the disk is still to be written.
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
        DurableFile.Replace(folder.Journal, entry, AgentJson.Default.AttemptEntry);
        return new AttemptJournal(folder, entry, flushed: false);
    }

    /// <summary>Null when the folder has no journal.</summary>
    /// <exception cref="JsonException">It cannot be read.</exception>
    public static AttemptJournal? Open(AttemptFolder folder)
    {
        if (DurableFile.Read(folder.Journal, AgentJson.Default.AttemptEntry) is not { } entry)
        {
            return null;
        }

        var noted = ReadNotes(folder);
        return new AttemptJournal(folder, noted?.Revision > entry.Revision ? noted : entry, flushed: true);
    }

    /// <summary>Takes the room that the end of the attempt is written in should the training fill the disk.</summary>
    public void Reserve() => File.WriteAllBytes(Folder.Reserve, new byte[ReservedBytes]);

    /// <summary>What the journal was created with is on disk when this returns, whoever calls it first.</summary>
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
        Change(change, entry => DurableFile.Write(Folder.Journal, entry, AgentJson.Default.AttemptEntry));

    /// <summary>Changes the entry for whoever goes on after this agent; lost when the machine goes.</summary>
    public AttemptEntry Note(Func<AttemptEntry, AttemptEntry> change) =>
        Change(change, entry => DurableFile.Replace(Folder.Notes, entry, AgentJson.Default.AttemptEntry));

    private AttemptEntry Change(Func<AttemptEntry, AttemptEntry> change, Action<AttemptEntry> write)
    {
        lock (_lock)
        {
            var changed = change(_entry);
            if (!ReferenceEquals(changed, _entry))
            {
                changed = changed with { Revision = _entry.Revision + 1 };
                WriteWithRoom(() => write(changed));
                _entry = changed;
            }

            return changed;
        }
    }

    private void WriteWithRoom(Action write)
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
            return DurableFile.Read(folder.Notes, AgentJson.Default.AttemptEntry);
        }
        catch (JsonException)
        {
            return null; // the machine went while they were written
        }
    }
}
