using System.Diagnostics;
using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Xunit.Abstractions;

namespace Platform.Messaging.Tests.Broker;

internal sealed record Work(Guid Id, string? Fails = null);

/// <summary>Counts work by id, and fails or hangs when told to.</summary>
internal sealed class WorkLog
{
    public Recorder<Guid> Begun { get; } = new();

    public Recorder<Guid> Done { get; } = new();

    public TaskCompletionSource? Hang { get; set; }

    public Task DoneAsync(Guid id) =>
        WaitFor.ConditionAsync("the work to be done", () => Task.FromResult(Done.Seen.Contains(id)));
}

internal sealed class DoWork(WorkLog log) : IConsumer<Work>
{
    public async Task Consume(ConsumeContext<Work> context)
    {
        log.Begun.Add(context.Message.Id);
        switch (context.Message.Fails)
        {
            case "bug":
                throw new InvalidOperationException("A bug.");
            case "database":
                throw new NpgsqlException("Away.", new TimeoutException());
        }

        if (log.Hang is { } hang)
        {
            await hang.Task.WaitAsync(context.CancellationToken);
        }

        log.Done.Add(context.Message.Id);
    }
}

[Trait("suite", "integration")]
public sealed class On_RabbitMQ(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly Guid _id = Guid.CreateVersion7();
    private readonly WorkLog _log = new();
    private TestBroker _broker = null!;

    public async Task InitializeAsync() => _broker = await TestBroker.ConnectAsync();

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Theory]
    [InlineData(1, "classic")]
    [InlineData(3, "quorum")]
    public async Task a_consumer_has_a_queue_named_after_it_of_the_kind_that_the_number_of_brokers_asks_for(
        int copies,
        string kind
    )
    {
        var queue = _broker.Queue("do-work");
        var options = new MessagingOptions
        {
            Transport = MessageTransport.RabbitMq,
            RabbitMq = _broker.Options.RabbitMq,
            QuorumSize = copies,
        };
        await using var host = await StartAsync(options);
        await host.Bus.Publish(new Work(_id));
        await _log.DoneAsync(_id);

        Assert.Equal(kind, await _broker.TypeOfAsync(queue));
    }

    [Fact]
    public async Task a_message_that_a_bug_refuses_lies_in_the_error_queue_after_one_try()
    {
        var queue = _broker.Queue("do-work");
        await using var host = await StartAsync();
        await host.Bus.Publish(new Work(_id, "bug"));

        await WaitFor.ConditionAsync("the error", async () => await _broker.DepthAsync($"{queue}_error") == 1);
        Assert.Equal([_id], MineOf(_log.Begun));
        Assert.Equal("classic", await _broker.TypeOfAsync($"{queue}_error"));
        var headers = (await _broker.TakeAsync($"{queue}_error"))!.Headers!;
        Assert.Equal("A bug.", Encoding.UTF8.GetString((byte[])headers["MT-Fault-Message"]!));

        var next = Guid.CreateVersion7();
        await host.Bus.Publish(new Work(next));
        await _log.DoneAsync(next);
    }

    [Fact]
    public async Task a_message_that_the_database_refused_is_tried_five_times()
    {
        var queue = _broker.Queue("do-work");
        await using var host = await StartAsync();
        await host.Bus.Publish(new Work(_id, "database"));

        await WaitFor.ConditionAsync("the error", async () => await _broker.DepthAsync($"{queue}_error") == 1);
        Assert.Equal(5, MineOf(_log.Begun).Count);
    }

    [Fact]
    public async Task a_message_is_delivered_again_when_its_consumer_dies()
    {
        _ = _broker.Queue("do-work");
        await using var cable = new BrokerCable();
        cable.Plug();
        var dying = new WorkLog { Hang = new TaskCompletionSource() };
        var host = await StartAsync(cable.Options, dying);
        await host.Bus.Publish(new Work(_id));
        await WaitFor.ConditionAsync("the work to begin", () => Task.FromResult(dying.Begun.Seen.Contains(_id)));

        await using var other = await StartAsync();
        await cable.PullAsync();

        await _log.DoneAsync(_id);
        dying.Hang.SetCanceled();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task a_service_starts_without_the_broker_and_works_once_it_is_there()
    {
        _ = _broker.Queue("do-work");
        await using var cable = new BrokerCable();
        await using var host = await StartUnreadyAsync(cable.Options, _log);
        await host.BusIsAsync(HealthStatus.Unhealthy);

        cable.Plug();

        await host.BusIsAsync(HealthStatus.Healthy);
        await host.Bus.Publish(new Work(_id));
        await _log.DoneAsync(_id);
    }

    [Fact]
    [Trait("check", "MON-02")]
    public async Task a_service_goes_on_by_itself_after_the_broker_was_away()
    {
        _ = _broker.Queue("do-work");
        await using var cable = new BrokerCable();
        cable.Plug();
        await using var host = await StartAsync(cable.Options);

        await cable.PullAsync();
        await host.BusIsAsync(HealthStatus.Unhealthy);
        cable.Plug();
        var plugged = Stopwatch.StartNew();
        await host.Bus.Publish(new Work(_id));

        await _log.DoneAsync(_id);
        await host.BusIsAsync(HealthStatus.Healthy);
        output.WriteLine($"Back after {plugged.Elapsed}");
    }

    [Theory]
    [InlineData(MessageTransport.RabbitMq)]
    [InlineData(MessageTransport.InMemory)]
    public async Task a_queue_named_while_the_process_runs_gets_what_is_sent_to_it(MessageTransport transport)
    {
        var queue = _broker.Queue("agent-7");
        var options = transport is MessageTransport.RabbitMq ? _broker.Options : new MessagingOptions();
        await using var host = await TestHost.StartAsync(
            bus => bus.AddQueueConsumer<DoWork>(),
            services => services.AddSingleton(_log),
            options
        );
        await host.Services.GetRequiredService<QueueConnector>().ConnectAsync(queue, 1, [typeof(DoWork)]);

        await host.Bus.Publish(new Work(Guid.CreateVersion7()));
        var endpoint = await host.Bus.GetSendEndpoint(QueueAddress.Of(queue));
        await endpoint.Send(new Work(_id));

        await _log.DoneAsync(_id);
        Assert.Equal([_id], _log.Begun.Seen);
        if (transport is MessageTransport.RabbitMq)
        {
            Assert.Equal("classic", await _broker.TypeOfAsync(queue));
        }
    }

    private async Task<TestHost> StartAsync(MessagingOptions? options = null, WorkLog? log = null)
    {
        var host = await StartUnreadyAsync(options ?? _broker.Options, log ?? _log);
        await host.BusIsAsync(HealthStatus.Healthy);
        return host;
    }

    private Task<TestHost> StartUnreadyAsync(MessagingOptions options, WorkLog log) =>
        TestHost.StartAsync(
            bus => bus.AddServiceConsumer<DoWork>(_broker.Service),
            services => services.AddSingleton(log),
            options
        );

    private List<Guid> MineOf(Recorder<Guid> recorder) => [.. recorder.Seen.Where(id => id == _id)];
}
