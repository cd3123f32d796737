using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Platform.EventStore;

namespace Platform.Messaging.Tests;

internal sealed record Noted(int Number);

[JsonSerializable(typeof(Noted))]
internal sealed partial class NotedJson : JsonSerializerContext;

/// <summary>A publisher whose process dies after the broker confirmed a page and before its progress is stored.</summary>
internal sealed class DiesBeforeProgress(Subscription publisher, TaskCompletionSource confirmed) : Subscription
{
    public override string Name => publisher.Name;

    public override async Task HandleAsync(IReadOnlyList<StoredEvent> page, CancellationToken cancellationToken)
    {
        await publisher.HandleAsync(page, cancellationToken);
        confirmed.TrySetResult();
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }
}

[Trait("suite", "integration")]
public sealed class The_log_as_outbox : IAsyncLifetime
{
    private readonly Recorder<Envelope> _told = new();
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task publishes_what_is_appended_in_order()
    {
        await using var service = await StartAsync();
        await AppendAsync(service, 1, 50);

        await ToldAsync(50);

        Assert.Equal(Enumerable.Range(1, 50), _told.Seen.Select(told => (int)told.Message.Version));
    }

    [Fact]
    public async Task repeats_with_the_same_identity_and_loses_nothing_when_it_dies_before_its_progress_is_stored()
    {
        var confirmed = new TaskCompletionSource();
        await using (var dying = await StartAsync(publisher => new DiesBeforeProgress(publisher, confirmed)))
        {
            await AppendAsync(dying, 1, 10);
            await confirmed.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await ToldAsync(1);
        }

        var first = _told.Seen;
        Assert.NotEmpty(first);

        await using var service = await StartAsync();
        await AppendAsync(service, 11, 20);
        await ToldAsync(20 + first.Count);

        var told = _told.Seen;
        Assert.Equal(Enumerable.Range(1, 20), told.Select(t => (int)t.Message.Version).Distinct());
        Assert.Equal(20, told.Select(t => t.MessageId).Distinct().Count());
    }

    private async Task<TestHost> StartAsync(Func<Subscription, Subscription>? wrap = null)
    {
        var options = new EventStoreOptions("notes");
        options.Events.Add("noted", NotedJson.Default.Noted);
        options.PublishEvents<TellAll>("notes");
        if (wrap is not null)
        {
            var create = options.Subscriptions.Single();
            options.Subscriptions[0] = container => wrap(create(container));
        }

        return await TestHost.StartAsync(
            bus => bus.AddConsumer<RecordTold>().Endpoint(endpoint => endpoint.ConcurrentMessageLimit = 1),
            services =>
                services
                    .AddSingleton(_told)
                    .AddSingleton(Options.Create(new DatabaseOptions { ConnectionString = _database.ConnectionString }))
                    .AddEventStore(options, (o, source) => new TestStore(o, source))
        );
    }

    private static async Task AppendAsync(TestHost host, int from, int to)
    {
        var store = host.Services.GetRequiredService<TestStore>();
        for (var number = from; number <= to; number++)
        {
            await store.AppendAsync("notebook", "notebook", ExpectedVersion.Exactly(number - 1), [new Noted(number)]);
        }
    }

    private Task ToldAsync(int count) =>
        WaitFor.ConditionAsync(
            $"{count} messages",
            () => Task.FromResult(_told.Seen.Count >= count),
            describe: () => $"{_told.Seen.Count} came."
        );
}
