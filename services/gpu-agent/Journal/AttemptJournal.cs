namespace Platform.GpuAgent.Journal;

/// <summary>The durable state of one attempt. What <see cref="Update"/> returned is on disk.</summary>
internal sealed class AttemptJournal
{
    // The journal of an attempt whose training has filled the disk is still to be written.
    private const int ReservedBytes = 64 * 1024;

    private readonly Lock _lock = new();
    private AttemptEntry _entry;

    private AttemptJournal(AttemptFolder folder, AttemptEntry entry)
    {
        Folder = folder;
        _entry = entry;
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

    /// <summary>Begins the journal of a new attempt; durable when it returns.</summary>
    public static AttemptJournal Create(AttemptFolder folder, AttemptEntry entry)
    {
        Directory.CreateDirectory(folder.Path);
        File.WriteAllBytes(folder.Reserve, new byte[ReservedBytes]);
        DurableFile.Write(folder.Journal, entry, AgentJson.Default.AttemptEntry);
        return new AttemptJournal(folder, entry);
    }

    /// <summary>Null when the folder has no journal.</summary>
    public static AttemptJournal? Open(AttemptFolder folder) =>
        DurableFile.Read(folder.Journal, AgentJson.Default.AttemptEntry) is { } entry
            ? new AttemptJournal(folder, entry)
            : null;

    /// <summary>Changes the entry; an unchanged one is not written again.</summary>
    public AttemptEntry Update(Func<AttemptEntry, AttemptEntry> change)
    {
        lock (_lock)
        {
            var changed = change(_entry);
            if (!ReferenceEquals(changed, _entry))
            {
                Write(changed);
                _entry = changed;
            }

            return changed;
        }
    }

    private void Write(AttemptEntry entry)
    {
        try
        {
            DurableFile.Write(Folder.Journal, entry, AgentJson.Default.AttemptEntry);
        }
        catch (IOException exception) when (DiskSpace.IsFull(exception))
        {
            File.Delete(Folder.Reserve);
            DurableFile.Write(Folder.Journal, entry, AgentJson.Default.AttemptEntry);
        }
    }
}
