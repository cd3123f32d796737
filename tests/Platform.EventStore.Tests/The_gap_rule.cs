using System.Diagnostics;
using Npgsql;

namespace Platform.EventStore.Tests;

[Trait("suite", "integration")]
public sealed class The_gap_rule : IAsyncLifetime
{
    /// <summary>The test means little with fewer events; a busy machine needs longer than <see cref="Duration"/>.</summary>
    private const int Enough = 500;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(6);

    private int _committed;
    private StoreFixture _fixture = null!;

    private CounterStore Store => _fixture.Store;

    public async Task InitializeAsync() => _fixture = await StoreFixture.CreateAsync();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    /// <summary>
    /// Twelve writers in six processes, so that groups of appends overlap, with random pauses before and after each number is
    /// drawn, a third of the appends rolled back at the end; two readers of one process, which share what they know, and one of
    /// another.
    /// </summary>
    [Fact]
    public async Task misses_no_event_and_reads_none_twice_while_writers_commit_out_of_order()
    {
        await PauseInsideWritersAsync();
        var other = _fixture.OpenAgain();
        await using var otherSource = other.DataSource;
        using var written = new CancellationTokenSource();
        var readers = new[] { Store, Store, other }
            .Select(store => Task.Run(() => ReadUntilAsync(store, written.Token)))
            .ToList();

        var processes = Enumerable.Range(0, 6).Select(_ => _fixture.OpenAgain()).ToList();
        await Task.WhenAll(
            Enumerable.Range(0, 12).Select(i => Task.Run(() => WriteAsync(processes[i % processes.Count], i)))
        );
        var committed = _committed;
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }

        var newest = await _fixture.ScalarAsync<long>("select max(seq_id) from mt_events");
        await WaitFor.ConditionAsync(
            "the readers to catch up",
            () => Task.FromResult(_read.Count(r => r.Value >= newest) == 3)
        );
        await written.CancelAsync();

        var stored = (await _fixture.RowsAsync("select seq_id from mt_events order by seq_id"))
            .Select(long.Parse)
            .ToList();
        var drawn = await _fixture.ScalarAsync<long>("select last_value from mt_events_sequence");
        Assert.Equal(committed, stored.Count);
        Assert.True(drawn - committed > 50, "Too few numbers were burnt for the test to mean anything.");
        foreach (var sequences in await Task.WhenAll(readers))
        {
            Assert.Equal(stored, sequences);
        }

        var skipped = await _fixture.ScalarAsync<decimal>(
            "select sum(ending_sequence - starting_sequence + 1) from mt_high_water_skips"
        );
        Assert.Equal(newest - committed, (long)skipped);
    }

    [Fact]
    public async Task waits_for_a_writer_that_drew_a_number_and_may_still_commit()
    {
        await using var slow = await BeginAppendAsync("slow");
        await Store.AppendAsync("quick", "counter", ExpectedVersion.New, Counters.Raise(1));

        await using var connection = await Store.DataSource.OpenConnectionAsync();
        var reader = Store.ReadLogFrom(0);
        for (var i = 0; i < 20; i++)
        {
            Assert.Empty(await reader.ReadAsync(connection, 100, CancellationToken.None));
            Assert.NotNull(reader.HeldFor);
        }

        await slow.Transaction!.CommitAsync();

        var page = await reader.ReadAsync(connection, 100, CancellationToken.None);
        Assert.Equal(["slow", "quick"], page.Select(e => e.StreamId));
        Assert.Null(reader.HeldFor);
    }

    [Fact]
    public async Task passes_a_gap_as_soon_as_its_writer_has_rolled_back_and_records_it()
    {
        await using var slow = await BeginAppendAsync("slow");
        await Store.AppendAsync("quick", "counter", ExpectedVersion.New, Counters.Raise(1));
        Assert.Empty(await Store.ReadAllAsync(0, 100));

        await slow.Transaction!.RollbackAsync();

        Assert.Equal("quick", Assert.Single(await ReadOnceDecidedAsync()).StreamId);
        Assert.Equal(
            ["1 | 1"],
            await _fixture.RowsAsync("select starting_sequence, ending_sequence from mt_high_water_skips")
        );
    }

    [Fact]
    public async Task hands_out_what_lies_before_a_gap_at_once()
    {
        await Store.AppendAsync("first", "counter", ExpectedVersion.New, Counters.Raise(1));
        await using var slow = await BeginAppendAsync("slow");
        await Store.AppendAsync("third", "counter", ExpectedVersion.New, Counters.Raise(1));

        Assert.Equal("first", Assert.Single(await Store.ReadAllAsync(0, 100)).StreamId);
        Assert.Empty(await Store.ReadAllAsync(1, 100));
    }

    [Fact]
    public async Task a_transaction_that_only_reads_holds_nothing_back()
    {
        await using var idle = await Store.DataSource.OpenConnectionAsync();
        await using var reading = await idle.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await using var look = new NpgsqlCommand("select count(*) from mt_events", idle);
        await look.ExecuteScalarAsync();
        await using (var slow = await BeginAppendAsync("slow"))
        {
            await slow.Transaction!.RollbackAsync();
        }

        await Store.AppendAsync("quick", "counter", ExpectedVersion.New, Counters.Raise(1));

        Assert.Single(await ReadOnceDecidedAsync());
    }

    /// <summary>Writers in other databases of the server hold a gap too, for as long as their transactions last.</summary>
    private Task<IReadOnlyList<StoredEvent>> ReadOnceDecidedAsync() =>
        WaitFor.ValueAsync("the gap to be decided", () => Store.ReadAllAsync(0, 100), page => page.Count > 0);

    private readonly System.Collections.Concurrent.ConcurrentDictionary<Guid, long> _read = [];

    /// <summary>Triggers that sleep: after the stream is claimed, and between drawing a number and storing its row.</summary>
    private Task PauseInsideWritersAsync() =>
        _fixture.ExecuteAsync(
            """
            create function pause() returns trigger language plpgsql as $$
            begin
              if random() < 0.5 then perform pg_sleep(random() * 0.008); end if;
              return new;
            end $$;
            create trigger pause_claim before insert or update on mt_streams for each row execute function pause();
            create trigger pause_store before insert on mt_events for each row execute function pause();
            """
        );

    private async Task WriteAsync(CounterStore store, int writer)
    {
        var random = new Random(writer);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Duration || Volatile.Read(ref _committed) < Enough; )
        {
            var count = random.Next(1, 4);
            var rollsBack = random.Next(3) == 0;
            try
            {
                await store.AppendAnywhereAsync(
                    $"stream-{random.Next(40)}",
                    Counters.Raise(new int[count]),
                    batch =>
                    {
                        batch.Add("select pg_sleep($1)", random.NextDouble() * 0.01);
                        if (rollsBack)
                        {
                            batch.Add("select 1 / 0");
                        }
                    }
                );
                Interlocked.Add(ref _committed, count);
            }
            catch (PostgresException e) when (rollsBack && e.SqlState == PostgresErrorCodes.DivisionByZero) { }
        }
    }

    private async Task<List<long>> ReadUntilAsync(CounterStore store, CancellationToken written)
    {
        var id = Guid.CreateVersion7();
        var sequences = new List<long>();
        await using var connection = await store.DataSource.OpenConnectionAsync(CancellationToken.None);
        var reader = store.ReadLogFrom(0);
        while (!written.IsCancellationRequested)
        {
            var page = await reader.ReadAsync(connection, 50, CancellationToken.None);
            sequences.AddRange(page.Select(e => e.Sequence));
            _read[id] = reader.Mark;
            if (page.Count == 0)
            {
                await Task.Delay(1, CancellationToken.None);
            }
        }

        return sequences;
    }

    /// <summary>An append whose transaction stays open; disposing it rolls back.</summary>
    private async Task<NpgsqlCommand> BeginAppendAsync(string streamId)
    {
        var connection = await Store.DataSource.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        var command = new NpgsqlCommand(StoreFixture.AppendSql(streamId), connection, transaction);
        await command.ExecuteScalarAsync();
        return command;
    }
}
