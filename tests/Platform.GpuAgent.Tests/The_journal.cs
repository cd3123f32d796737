using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Tests;

/// <summary>What survives a crash of the agent, and of the machine.</summary>
public sealed class The_journal : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("platform-journal-").FullName;

    [Fact]
    public void gives_the_next_agent_what_was_noted()
    {
        Begin().Note(entry => entry with { Phase = AttemptPhase.Running });

        Assert.Equal(AttemptPhase.Running, Reopened.Phase);
    }

    [Fact]
    public void prefers_a_later_update_to_an_earlier_note()
    {
        var journal = Begin();
        journal.Note(entry => entry with { Phase = AttemptPhase.Starting });
        journal.Update(entry => entry with { Phase = AttemptPhase.Running });

        Assert.Equal(AttemptPhase.Running, Reopened.Phase);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"command\":")]
    public void falls_back_to_the_durable_state_when_its_notes_are_damaged(string notes)
    {
        var journal = Begin();
        journal.Update(entry => entry with { OutOfMemoryKills = 7 });
        journal.Note(entry => entry with { Phase = AttemptPhase.Running });
        File.WriteAllText(journal.Folder.Notes, notes);

        Assert.Equal((AttemptPhase.Accepted, 7), (Reopened.Phase, Reopened.OutOfMemoryKills));
    }

    [Fact]
    public void begins_without_the_notes_of_an_earlier_one()
    {
        Begin().Note(entry => entry with { Phase = AttemptPhase.Running });
        Begin().Flush();

        Assert.Equal(AttemptPhase.Accepted, Reopened.Phase);
    }

    [Fact]
    public void reserves_no_space_once_the_attempt_is_done()
    {
        var journal = Begin();
        journal.Reserve();
        journal.Update(entry => entry with { Phase = AttemptPhase.Running });
        Assert.True(File.Exists(journal.Folder.Reserve));

        journal.Update(entry => entry.Closed(DateTimeOffset.UnixEpoch));

        Assert.False(File.Exists(journal.Folder.Reserve));
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);

    private AttemptEntry Reopened => AttemptJournal.Open(new AttemptFolder(_path))!.Entry;

    private AttemptJournal Begin() =>
        AttemptJournal.Create(
            new AttemptFolder(_path),
            new AttemptEntry
            {
                Command = new()
                {
                    NodeId = Guid.CreateVersion7(),
                    JobId = Guid.CreateVersion7(),
                    Attempt = 1,
                    Cpus = 1,
                    MemoryMiB = 1,
                    Gpus = [],
                },
                Phase = AttemptPhase.Accepted,
                AcceptedAt = DateTimeOffset.UnixEpoch,
            }
        );
}
