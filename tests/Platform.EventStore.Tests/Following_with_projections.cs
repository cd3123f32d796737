namespace Platform.EventStore.Tests;

[Trait("suite", "integration")]
public sealed class Following_with_projections : IAsyncLifetime
{
    private const string Projection = "counter_value:v1";
    private const string Rows = "select * from counter_value order by id";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private StoreFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await StoreFixture.CreateAsync(Configure);

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task projects_what_was_stored_before_and_while_it_runs()
    {
        await AppendAsync(_fixture.Store, 10);
        await using var service = await StartAsync();
        await AppendAsync(service.Store, 10);

        await service.Store.WaitUntilCaughtUpAsync(Projection, Limit);

        await AssertProjectedOnceAsync();
    }

    [Fact]
    public async Task rebuilds_to_identical_rows_while_it_follows()
    {
        await using var service = await StartAsync();
        await AppendAsync(service.Store, 50);
        await service.Store.WaitUntilCaughtUpAsync(Projection, Limit);
        var before = await _fixture.RowsAsync(Rows);
        await _fixture.ExecuteAsync(
            "update counter_value set value = -1; insert into counter_value values ('stale', null, 1, 1, 1, 1, now())"
        );

        Assert.Equal(200, await service.Store.RebuildAsync(Projection));

        Assert.Equal(before, await _fixture.RowsAsync(Rows));
        var appending = AppendAsync(service.Store, 50);
        await service.Store.RebuildAsync(Projection);
        await appending;
        await service.Store.WaitUntilCaughtUpAsync(Projection, Limit);
        await AssertProjectedOnceAsync();
    }

    [Fact]
    public async Task rebuilds_the_whole_log_when_no_process_follows()
    {
        await AppendAsync(_fixture.Store, 10);

        Assert.Equal(40, await _fixture.Store.RebuildAsync(Projection));

        await _fixture.Store.WaitUntilCaughtUpAsync(Projection, TimeSpan.Zero);
        await AssertProjectedOnceAsync();
    }

    [Fact]
    public async Task says_how_far_it_is_when_it_does_not_get_there()
    {
        await AppendAsync(_fixture.Store, 1);

        var late = await Assert.ThrowsAsync<TimeoutException>(() =>
            _fixture.Store.WaitUntilCaughtUpAsync(Projection, TimeSpan.FromMilliseconds(50))
        );

        Assert.Contains("0 of 4", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task one_process_leads_and_another_takes_over_when_its_session_dies()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        await WaitFor.ConditionAsync("a leader", () => Task.FromResult(Leaders(first, second) == 1));

        for (var round = 0; round < 4; round++)
        {
            var appending = AppendAsync(round % 2 == 0 ? first.Store : second.Store, 25, $"round-{round}");
            await KillLeaderAsync();
            await appending;
        }

        await _fixture.Store.WaitUntilCaughtUpAsync(Projection, Limit);
        await AssertProjectedOnceAsync();
        Assert.Equal(100, (await _fixture.RowsAsync(Rows)).Count);
        await WaitFor.ConditionAsync("a leader", () => Task.FromResult(Leaders(first, second) == 1));
    }

    [Fact]
    public async Task a_process_that_stops_hands_over_at_once()
    {
        var first = await StartAsync();
        await WaitFor.ConditionAsync("the first to lead", () => Task.FromResult(first.Followers[0].Leads));
        await using var second = await StartAsync();
        await AppendAsync(first.Store, 5);

        await first.DisposeAsync();

        await WaitFor.ConditionAsync("the second to lead", () => Task.FromResult(second.Followers[0].Leads));
        await AppendAsync(second.Store, 5);
        await second.Store.WaitUntilCaughtUpAsync(Projection, Limit);
        await AssertProjectedOnceAsync();
    }

    [Fact]
    public async Task survives_the_loss_of_every_connection()
    {
        await using var service = await StartAsync();
        await AppendAsync(service.Store, 5);
        await service.Store.WaitUntilCaughtUpAsync(Projection, Limit);

        await _fixture.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        );
        _fixture.Store.DataSource.Clear();

        await AppendAsync(_fixture.Store, 5, "after");
        await _fixture.Store.WaitUntilCaughtUpAsync(Projection, Limit);
        await AssertProjectedOnceAsync();
        Assert.Equal(10, (await _fixture.RowsAsync(Rows)).Count);
    }

    /// <summary>A leader whose session is gone but which does not know it yet changes nothing any more.</summary>
    [Fact]
    public async Task two_leaders_are_told_apart_by_the_progress()
    {
        await AppendAsync(_fixture.Store, 2);
        await using var service = await StartAsync();
        await service.Store.WaitUntilCaughtUpAsync(Projection, Limit);

        await using var formerLeader = await _fixture.Store.DataSource.OpenConnectionAsync();
        await using var batch = new Npgsql.NpgsqlBatch(formerLeader);
        batch.Add(Progress.MoveSql, Projection, 4L, 8L);
        batch.Add("delete from counter_value");
        var fenced = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => batch.ExecuteNonQueryAsync());

        Assert.Equal(StoreSchema.ProgressFenced, fenced.SqlState);
        await AssertProjectedOnceAsync();
    }

    private static void Configure(EventStoreOptions options)
    {
        var values = new CounterValues();
        options.AsyncProjections.Add(values);
        options.Migrations.Add(values.Migration);
        options.PageSize = 20;
    }

    private Task<RunningService> StartAsync() => RunningService.StartAsync(_fixture.ConnectionString, Configure);

    private static int Leaders(params RunningService[] services) => services.Count(s => s.Followers[0].Leads);

    private static async Task AppendAsync(CounterStore store, int streams, string prefix = "stream")
    {
        for (var i = 0; i < streams; i++)
        {
            var id = $"{prefix}-{i:000}";
            await store.AppendAnywhereAsync(id, [new CounterOpened(id), new CounterRaised(i)]);
            await store.AppendAnywhereAsync(id, Counters.Raise(1, 2));
        }
    }

    private async Task KillLeaderAsync() =>
        await WaitFor.ConditionAsync(
            "a leader to kill",
            async () =>
                await _fixture.ScalarAsync<long>(
                    $"""
                    select count(pg_terminate_backend(pid)) from pg_locks
                     where locktype = 'advisory' and objsubid = 1
                       and (classid::bigint << 32) + objid::bigint = {AdvisoryLock.Key(
                        "follow",
                        "counters",
                        Projection
                    )}
                       and database = (select oid from pg_database where datname = current_database())
                    """
                ) > 0
        );

    /// <summary>The rows say what the log says; an event handled twice would count double.</summary>
    private async Task AssertProjectedOnceAsync() =>
        Assert.Equal(
            await _fixture.RowsAsync(
                """
                select stream_id, coalesce(sum((data ->> 'by')::bigint), 0), max(version), count(*), max(seq_id), max(timestamp)
                  from mt_events group by stream_id order by stream_id
                """
            ),
            await _fixture.RowsAsync(
                "select id, value, version, changes, last_sequence, changed_at from counter_value order by id"
            )
        );
}
