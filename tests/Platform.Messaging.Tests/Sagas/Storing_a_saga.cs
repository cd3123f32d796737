namespace Platform.Messaging.Tests.Sagas;

[Trait("suite", "integration")]
public sealed class Storing_a_saga : IAsyncLifetime
{
    private readonly Guid _id = Guid.CreateVersion7();
    private readonly FakeClock _clock = new();
    private MessagingDatabase _database = null!;
    private SampleSagaService _service = null!;

    public async Task InitializeAsync()
    {
        _database = await MessagingDatabase.CreateAsync();
        _service = await SampleSagaService.StartAsync(_database, _clock);
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task keeps_its_state_and_its_deadline_in_one_row()
    {
        await _service.PublishAsync(new Begin(_id));

        var row = await _service.RowAtVersionAsync(_id, 1);
        Assert.Equal("Waiting", row!.State);
        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromSeconds(5), row.DueAt);
        Assert.Equal("Waiting", (await _service.LoadAsync(_id))!.CurrentState);
    }

    [Fact]
    public async Task moves_its_version_with_each_change()
    {
        await BeginAsync();
        await _service.PublishAsync(new Step(_id));
        await _service.RowAtVersionAsync(_id, 2);
        await _service.PublishAsync(new Step(_id));
        await _service.RowAtVersionAsync(_id, 3);

        Assert.Equal(2, (await _service.LoadAsync(_id))!.Steps);
    }

    [Fact]
    public async Task writes_nothing_when_the_state_did_not_change()
    {
        await BeginAsync();
        var written = await XminAsync();
        var passed = _service.Gate.Passed;

        await _service.PublishAsync(new Look(_id));
        await WaitFor.ConditionAsync("the look", () => Task.FromResult(_service.Gate.Passed == passed + 1));
        await _service.PublishAsync(new Begin(_id));
        await SendAndReceiveAnotherAsync();

        Assert.Equal(written, await XminAsync());
        Assert.Equal(1, (await _service.RowAsync(_id))!.Version);
    }

    [Fact]
    public async Task starts_once_when_its_first_message_comes_twice_at_once()
    {
        _service.Gate.HoldNext(2);
        await _service.PublishAsync(new Begin(_id));
        await _service.PublishAsync(new Begin(_id));
        await WaitFor.ConditionAsync("both messages to be in the saga", () => Task.FromResult(_service.Gate.Held == 2));

        _service.Gate.Release();
        await _service.RowAtVersionAsync(_id, 1);
        // Its message leaves after the row was stored, perhaps later than that of the other saga.
        await PublishedAsync(steps: 0);
        await SendAndReceiveAnotherAsync();

        Assert.Single(_service.Published.Seen, seen => seen.Id == _id);
        Assert.Empty(_service.Faults.Seen);
    }

    [Fact]
    public async Task loses_no_change_and_publishes_no_lost_race_when_two_messages_meet()
    {
        await BeginAsync();
        await PublishedAsync(steps: 0);
        _service.Gate.HoldNext(1);
        await _service.PublishAsync(new Step(_id));
        await WaitFor.ConditionAsync("a message to be in the saga", () => Task.FromResult(_service.Gate.Held == 1));

        await _service.PublishAsync(new Step(_id));
        await PublishedAsync(steps: 1);
        _service.Gate.Release();
        await PublishedAsync(steps: 2);

        Assert.Equal([0, 1, 2], _service.Published.Seen.Where(seen => seen.Id == _id).Select(seen => seen.Steps));
        Assert.Equal(2, (await _service.LoadAsync(_id))!.Steps);
        Assert.Empty(_service.Faults.Seen);
    }

    [Fact]
    public async Task ends_with_its_row_gone()
    {
        await BeginAsync();
        await _service.PublishAsync(new End(_id));

        await WaitFor.ConditionAsync("the row to go", async () => await _service.RowAsync(_id) is null);
        Assert.Null(await _service.LoadAsync(_id));
    }

    private async Task BeginAsync()
    {
        await _service.PublishAsync(new Begin(_id));
        await _service.RowAtVersionAsync(_id, 1);
    }

    private Task PublishedAsync(int steps) =>
        WaitFor.ConditionAsync(
            $"step {steps} to be published",
            () => Task.FromResult(_service.Published.Seen.Any(seen => seen.Id == _id && seen.Steps == steps))
        );

    /// <summary>What was sent before has been received once a later saga has begun and published.</summary>
    private async Task SendAndReceiveAnotherAsync()
    {
        var other = Guid.CreateVersion7();
        await _service.PublishAsync(new Begin(other));
        await WaitFor.ConditionAsync(
            "another saga to begin",
            () => Task.FromResult(_service.Published.Seen.Any(seen => seen.Id == other))
        );
    }

    private Task<string?> XminAsync() =>
        _database.ScalarAsync<string>("select xmin::text from saga where correlation_id = $1", _id);
}
