namespace Platform.Messaging.Tests.Sagas;

[Trait("suite", "integration")]
public sealed class A_deadline : IAsyncLifetime
{
    private readonly Guid _id = Guid.CreateVersion7();
    private readonly FakeClock _clock = new();
    private MessagingDatabase _database = null!;

    public async Task InitializeAsync() => _database = await MessagingDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task reminds_the_saga_when_it_has_passed_and_not_before()
    {
        await using var service = await SampleSagaService.StartAsync(_database, _clock);
        await service.PublishAsync(new Begin(_id));
        var begun = await service.RowAtVersionAsync(_id, 1);

        _clock.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromMilliseconds(1));
        var other = await StoreWaitingAsync(_clock.GetUtcNow());
        await RemindedAsync(service, other, 1);
        Assert.Equal(begun, await service.RowAsync(_id));

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await RemindedAsync(service, _id, 1);
        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromSeconds(5), (await service.RowAsync(_id))!.DueAt);
    }

    [Fact]
    public async Task comes_again_when_its_message_was_lost()
    {
        await using var service = await SampleSagaService.StartAsync(_database, _clock);
        service.Gate.HoldNext(1);
        var id = await StoreWaitingAsync(_clock.GetUtcNow());
        await WaitFor.ConditionAsync("the reminder to hang", () => Task.FromResult(service.Gate.Held == 1));

        _clock.Advance(TimeSpan.FromSeconds(31));

        await RemindedAsync(service, id, 1);
    }

    [Fact]
    public async Task is_due_at_once_for_every_waiting_saga_when_the_process_starts()
    {
        var waiting = await StoreWaitingAsync(_clock.GetUtcNow() + TimeSpan.FromHours(1));
        var idle = await StoreWaitingAsync(null);

        await using var service = await SampleSagaService.StartAsync(_database, _clock);

        await RemindedAsync(service, waiting, 1);
        Assert.Null((await service.RowAsync(idle))!.DueAt);
        Assert.Equal(0, (await service.LoadAsync(idle))!.Reminders);
    }

    [Fact]
    public async Task reminds_once_although_two_processes_look_for_it()
    {
        await using var first = await SampleSagaService.StartAsync(_database, _clock);
        await using var second = await SampleSagaService.StartAsync(_database, _clock);
        var ids = new List<Guid>();
        for (var i = 0; i < 300; i++)
        {
            ids.Add(await StoreWaitingAsync(_clock.GetUtcNow()));
        }

        await WaitFor.ConditionAsync(
            "all to be reminded",
            async () => await CountAsync("(data->>'reminders')::int > 0") == ids.Count
        );

        Assert.Equal(0, await CountAsync("(data->>'reminders')::int > 1"));
        Assert.Equal(ids.Count, first.Gate.Passed + second.Gate.Passed);
    }

    [Fact]
    public async Task deletes_a_settled_saga_without_a_message_and_not_before()
    {
        var keptUntil = _clock.GetUtcNow() + TimeSpan.FromDays(1);
        var kept = await StoreWaitingAsync(keptUntil, "Settled");
        for (var i = 0; i < 300; i++)
        {
            await StoreWaitingAsync(_clock.GetUtcNow(), "Settled");
        }

        await using var service = await SampleSagaService.StartAsync(_database, _clock);
        await WaitFor.ConditionAsync(
            "the others to be deleted",
            async () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return await CountAsync("true") == 1;
            }
        );

        Assert.Equal(keptUntil, (await service.RowAsync(kept))!.DueAt);
        Assert.Equal(0, service.Gate.Passed);
    }

    private async Task<Guid> StoreWaitingAsync(DateTimeOffset? dueAt, string state = "Waiting")
    {
        var id = Guid.CreateVersion7();
        await _database.ExecuteAsync(
            """
            insert into saga (saga_type, correlation_id, version, state, due_at, data)
            values ('test-saga', $1, 1, $3, $2,
              jsonb_build_object('correlationId', $1, 'currentState', $3, 'dueAt', $2, 'steps', 0, 'reminders', 0))
            """,
            id,
            dueAt is { } due
                ? due
                : new Npgsql.NpgsqlParameter
                {
                    Value = DBNull.Value,
                    NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz,
                },
            state
        );
        return id;
    }

    private Task<long> CountAsync(string condition) =>
        _database.ScalarAsync<long>($"select count(*) from saga where {condition}");

    private static Task RemindedAsync(SampleSagaService service, Guid id, int times) =>
        WaitFor.ConditionAsync($"{times} reminders", async () => (await service.LoadAsync(id))?.Reminders == times);
}
