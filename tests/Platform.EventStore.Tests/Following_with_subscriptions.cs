using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.EventStore.Tests;

[Trait("suite", "integration")]
public sealed class Following_with_subscriptions : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private StoreFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await StoreFixture.CreateAsync();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task starts_from_the_beginning_of_the_log_and_keeps_its_order()
    {
        await AppendAsync(_fixture.Store, 30);
        var recorder = new Recorder();
        await using var service = await StartAsync(recorder);
        await AppendAsync(service.Store, 30);

        await service.Store.WaitUntilCaughtUpAsync("recorder", Limit);

        Assert.Equal(Enumerable.Range(1, 60).Select(s => (long)s), recorder.Sequences);
    }

    [Fact]
    public async Task goes_on_after_a_restart_where_it_was()
    {
        var before = new Recorder();
        await using (var service = await StartAsync(before))
        {
            await AppendAsync(service.Store, 3);
            await service.Store.WaitUntilCaughtUpAsync("recorder", Limit);
        }

        await AppendAsync(_fixture.Store, 3);
        var after = new Recorder();
        await using (var service = await StartAsync(after))
        {
            await service.Store.WaitUntilCaughtUpAsync("recorder", Limit);
        }

        Assert.Equal([1L, 2L, 3L], before.Sequences);
        Assert.Equal([4L, 5L, 6L], after.Sequences);
    }

    [Fact]
    public async Task gets_the_same_page_again_after_an_exception()
    {
        var failures = 3;
        var seen = new List<long>();
        var recorder = new Recorder
        {
            Before = page =>
            {
                seen.Add(page[0].Sequence);
                return failures-- > 0 ? throw new InvalidOperationException("The broker is away.") : Task.CompletedTask;
            },
        };
        await using var service = await StartAsync(recorder);

        await AppendAsync(service.Store, 1);
        await service.Store.WaitUntilCaughtUpAsync("recorder", Limit);

        Assert.Equal([1L, 1L, 1L, 1L], seen);
        Assert.Equal([1L], recorder.Sequences);
    }

    [Fact]
    public async Task is_followed_by_one_process_at_a_time()
    {
        var recorders = new[] { new Recorder(), new Recorder() };
        await using var first = await StartAsync(recorders[0]);
        await using var second = await StartAsync(recorders[1]);

        await Task.WhenAll(AppendAsync(first.Store, 50, "a"), AppendAsync(second.Store, 50, "b"));
        await _fixture.Store.WaitUntilCaughtUpAsync("recorder", Limit);

        Assert.Equal(Enumerable.Range(1, 100).Select(s => (long)s), recorders.SelectMany(r => r.Sequences).Order());
        Assert.Contains(recorders, r => r.Handled.Count == 0);
    }

    [Fact]
    public async Task hears_of_an_append_in_its_process_without_polling()
    {
        var recorder = new Recorder();
        await using var service = await StartAsync(recorder, options => options.PollInterval = TimeSpan.FromHours(1));
        await LeadsAsync(service);

        await AssertHeardOneByOneAsync(50, service.Store, recorder);
    }

    [Fact]
    public async Task hears_of_an_append_in_another_process_without_polling()
    {
        var recorder = new Recorder();
        await using var leader = await StartAsync(recorder, options => options.PollInterval = TimeSpan.FromHours(1));
        await LeadsAsync(leader);
        await using var appender = await StartAsync(
            new Recorder(),
            options => options.PollInterval = TimeSpan.FromHours(1)
        );
        await WaitFor.ConditionAsync(
            "the leader to listen",
            async () =>
                await _fixture.ScalarAsync<long>(
                    // While the server is still at it, the session is not idle and does not listen yet.
                    "select count(*) from pg_stat_activity where datname = current_database() and query like 'listen%' and state = 'idle'"
                ) == 2
        );

        await AssertHeardOneByOneAsync(5, appender.Store, recorder);
    }

    [Fact]
    public async Task finds_what_was_not_announced_by_polling()
    {
        var recorder = new Recorder();
        await using var service = await StartAsync(recorder);

        await AppendAsync(_fixture.Store, 1);

        await WaitFor.ConditionAsync("the event", () => Task.FromResult(recorder.Handled.Count == 1));
    }

    [Fact]
    public async Task is_waited_for_by_the_host_when_it_stops()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var recorder = new Recorder
        {
            Before = async _ =>
            {
                entered.SetResult();
                await release.Task;
            },
        };
        var service = await StartAsync(recorder);
        await AppendAsync(service.Store, 1);
        await entered.Task;

        var stopping = service.DisposeAsync().AsTask();
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        await stopping;

        Assert.Equal(1L, await _fixture.ScalarAsync<long>("select last_seq_id from mt_event_progression"));
    }

    [Fact]
    public async Task health_says_whether_the_database_answers()
    {
        await using var service = await StartAsync(new Recorder());
        var checks = service.Services.GetRequiredService<HealthCheckService>();

        var healthy = await checks.CheckHealthAsync();
        await service.Store.DataSource.DisposeAsync();

        Assert.Equal(["database-counters", "followers-counters"], healthy.Entries.Keys.Order());
        Assert.Equal(HealthStatus.Healthy, healthy.Status);
        Assert.Equal(HealthStatus.Unhealthy, (await checks.CheckHealthAsync()).Status);
    }

    private Task<RunningService> StartAsync(Recorder recorder, Action<EventStoreOptions>? configure = null) =>
        RunningService.StartAsync(
            _fixture.ConnectionString,
            options =>
            {
                options.Subscriptions.Add(_ => recorder);
                configure?.Invoke(options);
            }
        );

    private static Task LeadsAsync(RunningService service) =>
        WaitFor.ConditionAsync("the follower to lead", () => Task.FromResult(service.Followers[0].Leads));

    private static async Task AssertHeardOneByOneAsync(int events, CounterStore store, Recorder recorder)
    {
        for (var i = 1; i <= events; i++)
        {
            await store.AppendAnywhereAsync("a", Counters.Raise(1));
            await WaitFor.ConditionAsync("the event", () => Task.FromResult(recorder.Handled.Count == i));
        }
    }

    private static async Task AppendAsync(CounterStore store, int events, string stream = "a")
    {
        for (var i = 0; i < events; i++)
        {
            await store.AppendAnywhereAsync(stream, Counters.Raise(1));
        }
    }
}
