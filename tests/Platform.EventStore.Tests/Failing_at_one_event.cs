using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.EventStore.Tests;

/// <summary>A projection that cannot take one old event says which, and everything else goes on.</summary>
[Trait("suite", "integration")]
public sealed class Failing_at_one_event : IAsyncLifetime
{
    private const string Projection = "counter_value:v1";
    private const string Rows = "select id, value from counter_value order by id";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly CounterValues _values = new();
    private StoreFixture _fixture = null!;

    public async Task InitializeAsync()
    {
        _fixture = await StoreFixture.CreateAsync(Configure);
        foreach (var stream in new[] { "a", "b", "c" })
        {
            await _fixture.Store.AppendAsync(stream, "counter", ExpectedVersion.New, Counters.Raise(1, 2));
        }
    }

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Theory]
    [InlineData("throws")]
    [InlineData("is refused")]
    public async Task a_follower_shows_what_comes_before_and_says_which_event_it_is(string fault)
    {
        FailAtTheFourth(fault);
        var recorder = new Recorder();
        await using var service = await StartAsync(recorder);

        await WaitFor.ConditionAsync("the failure", async () => await HealthAsync(service) != HealthStatus.Healthy);
        await service.Store.AppendAsync("d", "counter", ExpectedVersion.New, Counters.Raise(1));
        await service.Store.WaitUntilCaughtUpAsync("recorder", Limit);

        Assert.Equal(["a | 3", "b | 1"], await _fixture.RowsAsync(Rows));
        Assert.Equal(7, recorder.Handled.Count);
        var checks = await service.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        var followers = checks.Entries["followers-counters"];
        Assert.Equal(HealthStatus.Degraded, followers.Status);
        Assert.Contains(
            "'counter_value:v1' of schema 'counters' fails at event 4 ('counter_raised', version 2 of stream 'b'): ",
            followers.Description,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task a_follower_goes_on_once_the_event_can_be_taken()
    {
        FailAtTheFourth("throws");
        await using var service = await StartAsync(new Recorder());
        await WaitFor.ConditionAsync("the failure", async () => await HealthAsync(service) != HealthStatus.Healthy);

        _values.Before = (_, _) => { };

        await service.Store.WaitUntilCaughtUpAsync(Projection, Limit);
        Assert.Equal(["a | 3", "b | 3", "c | 3"], await _fixture.RowsAsync(Rows));
        await WaitFor.ConditionAsync("health", async () => await HealthAsync(service) == HealthStatus.Healthy);
    }

    [Fact]
    public async Task a_follower_says_which_event_it_cannot_read()
    {
        await _fixture.ExecuteAsync("update mt_events set type = 'counter_exploded' where seq_id = 2");
        await using var service = await StartAsync(new Recorder());
        var follower = service.Followers.Single(f => f.Name == Projection);

        await WaitFor.ConditionAsync("the failure", () => Task.FromResult(follower.Failure is not null));

        Assert.Equal(["a | 1"], await _fixture.RowsAsync(Rows));
        Assert.Contains(
            "event 2 ('counter_exploded', version 2 of stream 'a')",
            follower.Failure,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("throws")]
    [InlineData("is refused")]
    public async Task a_rebuild_says_which_event_it_is_and_leaves_the_rows_as_they_were(string fault)
    {
        await _fixture.Store.RebuildAsync(Projection);
        var before = await _fixture.RowsAsync(Rows);
        FailAtTheFourth(fault);

        var failure = await Assert.ThrowsAsync<EventFailedException>(() => _fixture.Store.RebuildAsync(Projection));

        Assert.Equal((4L, "counter_raised", "b"), (failure.Sequence, failure.Type, failure.StreamId));
        Assert.Equal(before, await _fixture.RowsAsync(Rows));
    }

    private void FailAtTheFourth(string fault) =>
        _values.Before = (stored, batch) =>
        {
            if (stored.Sequence == 4 && fault == "throws")
            {
                throw new FormatException("An old event has no such field.");
            }

            if (stored.Sequence == 4)
            {
                batch.Add("select 1 / 0");
            }
        };

    private void Configure(EventStoreOptions options)
    {
        options.AsyncProjections.Add(_values);
        options.Migrations.Add(_values.Migration);
    }

    private Task<RunningService> StartAsync(Recorder recorder) =>
        RunningService.StartAsync(
            _fixture.ConnectionString,
            options =>
            {
                Configure(options);
                options.Subscriptions.Add(_ => recorder);
            }
        );

    private static async Task<HealthStatus> HealthAsync(RunningService service) =>
        (await service.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status;
}
