using Npgsql;
using Platform.Testing;

namespace Platform.EventStore.Tests;

/// <summary>Appends that wait at the same time are committed together, and none fails because of another.</summary>
[Trait("suite", "integration")]
public sealed class Appending_side_by_side : IAsyncLifetime
{
    private const int Appends = 12;

    private StoreFixture _fixture = null!;

    private CounterStore Store => _fixture.Store;

    public async Task InitializeAsync()
    {
        _fixture = await StoreFixture.CreateAsync(options =>
            options.Migrations.Add(new Migration("note", "create table note (text varchar primary key)"))
        );
        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1));
        await Store.AppendAsync("b", "counter", ExpectedVersion.New, Counters.Raise(1));
    }

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task commits_those_that_waited_in_one_transaction()
    {
        await WhileTheServerIsBusyAsync(i => AppendAsync(i));

        Assert.Equal(
            Appends,
            await _fixture.ScalarAsync<long>("select count(*) from mt_events where stream_id like 'new-%'")
        );
        Assert.Equal(
            1L,
            await _fixture.ScalarAsync<long>(
                "select count(distinct xmin::text) from mt_events where stream_id like 'new-%'"
            )
        );
    }

    [Fact]
    public async Task gives_each_stream_its_own_events_and_metadata()
    {
        await WhileTheServerIsBusyAsync(i =>
            Store.AppendAsync(
                $"new-{i}",
                "counter",
                ExpectedVersion.New,
                [.. Enumerable.Range(0, i + 1).Select(n => new CounterRaised((100 * i) + n))],
                i % 2 == 0
                    ? EventMetadata.None
                    : new EventMetadata(
                        $"correlation-{i}",
                        $"cause-{i}",
                        new Dictionary<string, string>(StringComparer.Ordinal) { ["who"] = $"writer-{i}" }
                    )
            )
        );

        for (var i = 0; i < Appends; i++)
        {
            var events = await Store.ReadStreamAsync($"new-{i}");
            Assert.Equal(Enumerable.Range(1, i + 1).Select(n => (long)n), events.Select(e => e.Version));
            Assert.Equal(
                Enumerable.Range(0, i + 1).Select(n => new CounterRaised((100 * i) + n)),
                events.Select(e => e.Data)
            );
            Assert.All(
                events,
                e =>
                {
                    Assert.Equal(i % 2 == 0 ? null : $"correlation-{i}", e.Metadata.CorrelationId);
                    Assert.Equal(i % 2 == 0 ? null : $"cause-{i}", e.Metadata.CausationId);
                    Assert.Equal(i % 2 == 0 ? null : $"writer-{i}", e.Metadata.Headers?["who"]);
                }
            );
        }
    }

    [Fact]
    public async Task refuses_a_conflicting_append_and_no_other()
    {
        var outcomes = await WhileTheServerIsBusyAsync(i => i == 5 ? AppendAsync(i, expected: 7) : AppendAsync(i));

        var conflict = Assert.IsType<StreamVersionConflictException>(outcomes[5]);
        Assert.Equal(("new-5", 7, 0), (conflict.StreamId, conflict.Expected, conflict.Actual));
        AssertOthersSucceeded(outcomes, but: 5);
        Assert.Equal(
            Appends - 1,
            await _fixture.ScalarAsync<long>("select count(*) from mt_events where stream_id like 'new-%'")
        );
    }

    [Fact]
    public async Task fails_an_append_whose_side_effect_the_database_refuses_and_no_other()
    {
        await _fixture.ExecuteAsync("insert into note values ('note-3')");

        var outcomes = await WhileTheServerIsBusyAsync(i =>
            AppendAsync(i, sideEffects: batch => batch.Add("insert into note values ($1)", $"note-{i}"))
        );

        Assert.Equal(PostgresErrorCodes.UniqueViolation, Assert.IsType<PostgresException>(outcomes[3]).SqlState);
        AssertOthersSucceeded(outcomes, but: 3);
        Assert.Equal(Appends, await _fixture.ScalarAsync<long>("select count(*) from note"));
        Assert.Empty(await Store.ReadStreamAsync("new-3"));
    }

    [Fact]
    public async Task fails_an_append_whose_side_effect_cannot_be_built_and_no_other()
    {
        var outcomes = await WhileTheServerIsBusyAsync(i =>
            AppendAsync(i, sideEffects: i == 8 ? _ => throw new FormatException("no") : null)
        );

        Assert.IsType<FormatException>(outcomes[8]);
        AssertOthersSucceeded(outcomes, but: 8);
        Assert.Empty(await Store.ReadStreamAsync("new-8"));
    }

    [Fact]
    public async Task lets_one_of_two_appends_to_one_stream_win()
    {
        var outcomes = await WhileTheServerIsBusyAsync(i => AppendAsync(i / 2));

        Assert.Equal(Appends / 2, outcomes.Count(outcome => outcome is null));
        Assert.All(outcomes.OfType<Exception>(), e => Assert.IsType<StreamVersionConflictException>(e));
        Assert.Equal(
            Appends / 2,
            await _fixture.ScalarAsync<long>(
                "select count(*) from mt_events where stream_id like 'new-%' and version = 1"
            )
        );
    }

    [Fact]
    public async Task takes_back_an_append_that_was_cancelled_while_it_waited()
    {
        using var cancelled = new CancellationTokenSource();
        var outcomes = await WhileTheServerIsBusyAsync(
            i => AppendAsync(i, cancellationToken: i == 2 ? cancelled.Token : CancellationToken.None),
            meanwhile: async appends =>
            {
                await cancelled.CancelAsync();
                // It is taken back a moment later; what was sent before that may be committed all the same.
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => appends[2]);
            }
        );

        Assert.IsAssignableFrom<OperationCanceledException>(outcomes[2]);
        AssertOthersSucceeded(outcomes, but: 2);
        Assert.Empty(await Store.ReadStreamAsync("new-2"));
    }

    private Task<long> AppendAsync(
        int i,
        long expected = 0,
        SideEffects? sideEffects = null,
        CancellationToken cancellationToken = default
    ) =>
        Store.AppendAsync(
            $"new-{i}",
            "counter",
            ExpectedVersion.Exactly(expected),
            Counters.Raise(1),
            sideEffects: sideEffects,
            cancellationToken: cancellationToken
        );

    /// <summary>Appends while both groups that may be in flight wait for another writer's locks.</summary>
    /// <returns>The exception of each, null for success.</returns>
    private async Task<IReadOnlyList<Exception?>> WhileTheServerIsBusyAsync(
        Func<int, Task<long>> append,
        Func<IReadOnlyList<Task<long>>, Task>? meanwhile = null
    )
    {
        await using var connection = await Store.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var locks = new NpgsqlCommand("select from mt_streams for update", connection, transaction);
        await locks.ExecuteNonQueryAsync();
        var held = new[] { await AppendHeldUpAsync("a", others: 0), await AppendHeldUpAsync("b", others: 1) };

        var appends = Enumerable.Range(0, Appends).Select(append).ToArray();
        await (meanwhile?.Invoke(appends) ?? Task.CompletedTask);
        await transaction.RollbackAsync();
        await Task.WhenAll(held);
        return await Task.WhenAll(
            appends.Select(async task =>
            {
                try
                {
                    await task;
                    return null;
                }
                catch (Exception e)
                {
                    return e;
                }
            })
        );
    }

    /// <summary>Returns when the server is at this append, waiting.</summary>
    private async Task<Task<long>> AppendHeldUpAsync(string streamId, int others)
    {
        var append = Store.AppendAsync(streamId, "counter", ExpectedVersion.Exactly(1), Counters.Raise(1));
        await WaitFor.ConditionAsync(
            $"the append to {streamId} to wait for its lock",
            async () =>
                await _fixture.ScalarAsync<long>(
                    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
                )
                == others + 1
        );
        return append;
    }

    private static void AssertOthersSucceeded(IReadOnlyList<Exception?> outcomes, int but) =>
        Assert.All(outcomes.Where((_, i) => i != but), Assert.Null);
}
