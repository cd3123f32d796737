using System.Collections.Concurrent;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Platform.EndToEnd.Tests.Faults;

[Collection("faults")]
[Trait("suite", "e2e")]
public sealed class Repeated_messages(TwoNodeCluster cluster)
{
    private const string Repeated = "x-repeated";

    // Late enough to arrive after messages that follow from the first delivery.
    private static readonly TimeSpan _latest = TimeSpan.FromSeconds(2);

    [Fact]
    [Trait("check", "JOB-04")]
    public async Task in_any_order_change_nothing()
    {
        var broker = new ClusterBroker(cluster.Data);
        await broker.AllowImpersonationAsync();
        await using var connection = await broker.ConnectAsync();
        await using var repeater = await RepeatAsync(connection, await broker.QueuesAsync());

        var jobs = new List<Guid>();
        for (var i = 0; i < 6; i++)
        {
            jobs.Add(await cluster.Api.SubmitAsync(CountingJob.Create(steps: 30, pause: 0.05)));
        }

        var cancelled = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 10_000, pause: 0.05));
        await cluster.Api.CancelAsync(cancelled);
        await cluster.Api.WaitForStatusAsync(cancelled, "cancelled");
        foreach (var id in jobs)
        {
            await cluster.Api.AssertCountedAsync(id, steps: 30);
        }

        await repeater.FinishAsync();
        Assert.True(repeater.Count > 7 * 8, $"only {repeater.Count} messages were repeated");
        foreach (var id in jobs)
        {
            await cluster.Api.AssertCountedAsync(id, steps: 30);
        }

        Assert.Equal("cancelled", (await cluster.Api.GetAsync($"/api/jobs/{cancelled}"))["status"]!.GetValue<string>());
        Assert.Empty(Processes.WithEnvironment($"PLATFORM_JOB_ID={cancelled}"));
        await cluster.AssertNothingRemainsAsync();
    }

    private static async Task<Repeater> RepeatAsync(IConnection connection, IReadOnlyList<string> queues)
    {
        var channel = await connection.CreateChannelAsync();
        var repeater = new Repeater(channel);
        // An endpoint's exchange has its queue's name; all messages for the endpoint pass through it.
        foreach (var endpoint in queues.Where(IsEndpoint))
        {
            var copies = await channel.QueueDeclareAsync();
            await channel.QueueBindAsync(copies.QueueName, endpoint, routingKey: "");
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, delivery) =>
            {
                repeater.Add(endpoint, delivery);
                return Task.CompletedTask;
            };
            await channel.BasicConsumeAsync(copies.QueueName, autoAck: true, consumer);
        }

        return repeater;
    }

    private static bool IsEndpoint(string queue) =>
        !queue.EndsWith("_error", StringComparison.Ordinal)
        && !queue.EndsWith("_skipped", StringComparison.Ordinal)
        && (
            queue.StartsWith("agent-", StringComparison.Ordinal)
            || queue.StartsWith("jobs-", StringComparison.Ordinal)
            || queue.StartsWith("nodes-", StringComparison.Ordinal)
            || queue.StartsWith("tracking-", StringComparison.Ordinal)
            || queue.StartsWith("artifacts-", StringComparison.Ordinal)
        );

    /// <summary>Sends each message to its endpoint again after a random time.</summary>
    private sealed class Repeater(IChannel channel) : IAsyncDisposable
    {
        private readonly Random _random = new(20_251);
        private readonly ConcurrentBag<Task> _repeats = [];

        public int Count => _repeats.Count;

        public void Add(string endpoint, BasicDeliverEventArgs delivery)
        {
            if (delivery.BasicProperties.Headers?.ContainsKey(Repeated) == true)
            {
                return;
            }

            var properties = new BasicProperties(delivery.BasicProperties);
            properties.Headers = new Dictionary<string, object?>(
                properties.Headers ?? new Dictionary<string, object?>()
            )
            {
                [Repeated] = true,
            };
            _repeats.Add(RepeatAsync(endpoint, properties, delivery.Body.ToArray(), _random.NextDouble() * _latest));
        }

        /// <summary>Waits for pending repeats, until no new ones follow.</summary>
        public async Task FinishAsync()
        {
            int before;
            do
            {
                before = Count;
                await Task.WhenAll(_repeats);
            } while (Count != before);
        }

        public async ValueTask DisposeAsync()
        {
            await FinishAsync();
            await channel.DisposeAsync();
        }

        private async Task RepeatAsync(string endpoint, BasicProperties properties, byte[] body, TimeSpan after)
        {
            await Task.Delay(after);
            await channel.BasicPublishAsync(endpoint, routingKey: "", mandatory: false, properties, body);
        }
    }
}
