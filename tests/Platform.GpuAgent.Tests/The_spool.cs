using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts.Agents;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Logs;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

public sealed class The_spool : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly AttemptJournal _journal;

    public The_spool() =>
        _journal = AttemptJournal.Create(
            new AttemptFolder(_folder.Path),
            new AttemptEntry
            {
                Command = new StartProcess
                {
                    NodeId = Guid.Empty,
                    JobId = Guid.CreateVersion7(),
                    Attempt = 1,
                    Cpus = 1,
                    MemoryMiB = 1,
                    Gpus = [],
                },
                Phase = AttemptPhase.Running,
                AcceptedAt = default,
            }
        );

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void allocates_no_buffer_before_anything_is_sent()
    {
        // Thousands of ended attempts are remembered for days.
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var shipper = new LogShipper(_journal, jobs: null!, spoolCapacity: 1, NullLogger.Instance);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 * 1024);
    }

    [Fact]
    public void is_empty_before_the_training_prints()
    {
        using var spool = new Spool(_journal, 100);

        Assert.Equal("", ReadAll(spool));
    }

    [Fact]
    public void returns_the_bytes_from_any_offset()
    {
        Print("0123456789");
        using var spool = new Spool(_journal, 100);

        Assert.Equal("789", ReadAll(spool, from: 7));
        Assert.Equal("", ReadAll(spool, from: 10));
        Assert.Equal("", ReadAll(spool, from: 99));
    }

    [Fact]
    public void keeps_the_oldest_output_and_marks_where_it_dropped()
    {
        using var spool = new Spool(_journal, 10);
        Print("0123456789");
        spool.Bound(0);
        Print("abcde");
        spool.Bound(0);
        Print("fgh");
        spool.Bound(0);

        Assert.Equal("0123456789" + Marker(8), ReadAll(spool));
        Print("xyz");
        Assert.Equal("0123456789" + Marker(8) + "xyz", ReadAll(spool));
        Assert.Equal("xyz", ReadAll(spool, from: 10 + Marker(8).Length));
        Assert.Equal(Marker(8)[5..] + "xyz", ReadAll(spool, from: 15));
    }

    [Fact]
    public void drops_more_than_once_and_reads_the_same_after_a_crash()
    {
        using (var spool = new Spool(_journal, 4))
        {
            Print("aaaaXXXX");
            spool.Bound(0);
            Assert.Equal("aaaa" + Marker(4), ReadAll(spool));
            Print("bbbbYY");
            spool.Bound(2);
            Print("YY");
            spool.Bound(2);
        }

        using var after = new Spool(AttemptJournal.Open(_journal.Folder)!, 4);
        Assert.Equal("aaaa" + Marker(4) + "bbbb" + Marker(4), ReadAll(after));
    }

    private static string Marker(int bytes) => Encoding.UTF8.GetString(Spool.MarkerOf(new SpoolGap(0, bytes, true)));

    private static string ReadAll(Spool spool, long from = 0)
    {
        var read = new StringBuilder();
        var buffer = new byte[7];
        int length;
        while ((length = spool.Read(from, buffer)) > 0)
        {
            read.Append(Encoding.UTF8.GetString(buffer, 0, length));
            from += length;
        }

        return read.ToString();
    }

    private void Print(string text) => File.AppendAllText(_journal.Folder.Spool, text);
}
