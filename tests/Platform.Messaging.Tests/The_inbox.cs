namespace Platform.Messaging.Tests;

[Trait("suite", "integration")]
public sealed class The_inbox : IAsyncLifetime
{
    private readonly Guid _message = Guid.CreateVersion7();
    private MessagingDatabase _database = null!;

    public async Task InitializeAsync() => _database = await MessagingDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task receives_a_message_once_for_each_consumer()
    {
        Assert.True(await ReceiveAsync("first"));
        Assert.False(await ReceiveAsync("first"));
        Assert.True(await ReceiveAsync("second"));
    }

    [Fact]
    public async Task forgets_a_message_whose_effect_was_rolled_back()
    {
        Assert.True(await ReceiveAsync("first", commit: false));
        Assert.True(await ReceiveAsync("first"));
    }

    [Fact]
    public async Task lets_one_of_two_deliveries_at_once_take_effect()
    {
        var received = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ReceiveAsync("first")));

        Assert.Single(received, first => first);
    }

    [Fact]
    public async Task forgets_what_is_old()
    {
        await ReceiveAsync("first");
        await _database.ExecuteAsync("update inbox set received_at = '2026-01-01Z'");
        await ReceiveAsync("second");

        var trimmed = await Inbox.TrimAsync(
            _database.DataSource,
            new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.FromHours(2))
        );

        Assert.Equal(1, trimmed);
        Assert.True(await ReceiveAsync("first"));
        Assert.False(await ReceiveAsync("second"));
    }

    private async Task<bool> ReceiveAsync(string consumer, bool commit = true)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var first = await Inbox.TryReceiveAsync(transaction, consumer, _message);
        if (commit)
        {
            await transaction.CommitAsync();
        }

        return first;
    }
}
