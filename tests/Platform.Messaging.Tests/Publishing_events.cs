using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.EventStore;

namespace Platform.Messaging.Tests;

/// <summary>What the test's events become on the bus.</summary>
internal sealed record Told(string Stream, long Version);

internal sealed record Envelope(
    Told Message,
    Guid? MessageId,
    Guid? CorrelationId,
    Guid? ConversationId,
    string? Trace
);

internal sealed class RecordTold(Recorder<Envelope> recorder) : IConsumer<Told>
{
    public Task Consume(ConsumeContext<Told> context)
    {
        recorder.Add(
            new Envelope(
                context.Message,
                context.MessageId,
                context.CorrelationId,
                context.ConversationId,
                context.Headers.Get<string>(EventPublisher.TraceParent)
            )
        );
        return Task.CompletedTask;
    }
}

/// <summary>Publishes every event but those of type <c>secret</c>; <c>broken</c> ones fail.</summary>
internal sealed class TellAll : IEventMessages
{
    public ValueTask<object?> ToMessageAsync(StoredEvent stored, CancellationToken cancellationToken) =>
        stored.Type switch
        {
            "secret" => ValueTask.FromResult<object?>(null),
            "broken" => throw new InvalidOperationException("It cannot be told."),
            _ => ValueTask.FromResult<object?>(new Told(stored.StreamId, stored.Version)),
        };
}

public sealed class Publishing_events
{
    private readonly Recorder<Envelope> _told = new();
    private long _sequence;

    [Fact]
    public async Task gives_the_message_the_identity_and_the_context_of_its_event()
    {
        await using var host = Service();
        await host.StartAsync();
        var job = Guid.CreateVersion7();
        const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var stored = Event("a", 1) with
        {
            Metadata = new EventMetadata(
                job.ToString(),
                "request-7",
                new Dictionary<string, string> { ["traceparent"] = Trace }
            ),
        };

        await PublisherOf(host).HandleAsync([stored], CancellationToken.None);

        var envelope = Assert.Single(await ToldAsync(1));
        Assert.Equal(new Envelope(new Told("a", 1), stored.Id, job, job, Trace), envelope);
    }

    [Fact]
    public async Task keeps_the_order_of_each_stream()
    {
        await using var host = Service(concurrency: 1);
        await host.StartAsync();
        var page = Enumerable
            .Range(1, 20)
            .SelectMany(version => new[] { Event("a", version), Event("b", version), Event("c", version) });

        await PublisherOf(host).HandleAsync([.. page], CancellationToken.None);

        foreach (var stream in (await ToldAsync(60)).GroupBy(told => told.Message.Stream))
        {
            Assert.Equal(Enumerable.Range(1, 20), stream.Select(told => (int)told.Message.Version));
        }
    }

    [Fact]
    public async Task tells_nobody_of_what_concerns_nobody()
    {
        await using var host = Service();
        await host.StartAsync();

        await PublisherOf(host).HandleAsync([Event("a", 1, "secret"), Event("a", 2)], CancellationToken.None);

        Assert.Equal(2, Assert.Single(await ToldAsync(1)).Message.Version);
    }

    [Fact]
    public async Task waits_until_the_endpoints_receive()
    {
        await using var host = Service();
        var publishing = PublisherOf(host).HandleAsync([Event("a", 1)], CancellationToken.None);
        Assert.False(publishing.IsCompleted);

        await host.StartAsync();

        await publishing;
        Assert.Single(await ToldAsync(1));
    }

    [Fact]
    public async Task fails_as_a_page_when_one_event_fails_so_that_all_of_it_comes_again()
    {
        await using var host = Service();
        await host.StartAsync();
        IReadOnlyList<StoredEvent> page = [Event("a", 1), Event("b", 1, "broken")];

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            PublisherOf(host).HandleAsync(page, CancellationToken.None)
        );
        await PublisherOf(host).HandleAsync([page[0]], CancellationToken.None);

        Assert.All(await ToldAsync(2), told => Assert.Equal(page[0].Id, told.MessageId));
    }

    private TestHost Service(int concurrency = 16) =>
        TestHost.Create(
            bus => bus.AddConsumer<RecordTold>().Endpoint(endpoint => endpoint.ConcurrentMessageLimit = concurrency),
            services => services.AddSingleton(_told)
        );

    private static Subscription PublisherOf(TestHost host)
    {
        var options = new EventStoreOptions("test");
        options.PublishEvents<TellAll>("test");
        var publisher = options.Subscriptions.Single()(host.Services);
        Assert.Equal("test-publisher", publisher.Name);
        return publisher;
    }

    private StoredEvent Event(string stream, long version, string type = "told") =>
        new(
            ++_sequence,
            Guid.CreateVersion7(),
            stream,
            version,
            type,
            new object(),
            DateTimeOffset.UnixEpoch,
            EventMetadata.None
        );

    private async Task<IReadOnlyList<Envelope>> ToldAsync(int count)
    {
        await WaitFor.ConditionAsync(
            $"{count} messages",
            () => Task.FromResult(_told.Seen.Count >= count),
            describe: () => $"{_told.Seen.Count} came."
        );
        return _told.Seen;
    }
}
