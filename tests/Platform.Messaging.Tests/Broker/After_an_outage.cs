using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Platform.LocalServers;
using Xunit.Abstractions;

namespace Platform.Messaging.Tests.Broker;

/// <summary>However long the broker was away, services are back soon after it, and until then leave its port alone for seconds at a time.</summary>
[Trait("suite", "integration")]
[Trait("check", "MON-02")]
public sealed class After_an_outage(ITestOutputHelper output)
{
    private readonly WorkLog _log = new();

    [Fact]
    public async Task a_service_tries_every_few_seconds_to_connect_again()
    {
        const int Tries = 5;
        await using var broker = await TestBroker.ConnectAsync();
        _ = broker.Queue("do-work");
        await using var cable = new BrokerCable();
        cable.Plug();
        await using var host = await StartAsync(cable.Options, broker.Service);
        await host.BusIsAsync(HealthStatus.Healthy);

        await cable.PlugIntoNothingAsync();
        var watch = Stopwatch.StartNew();
        await WaitFor.ConditionAsync(
            $"{Tries} tries",
            () => Task.FromResult(cable.Refused >= Tries),
            TimeSpan.FromSeconds(40),
            () => $"{cable.Refused} were made."
        );
        output.WriteLine($"{cable.Refused} tries in {watch.Elapsed}");

        // Pauses that grow would need a minute; without any, there would be hundreds in a second.
        Assert.InRange(watch.Elapsed.TotalSeconds, Tries / 2.0, 40);
        await cable.PullAsync();
        cable.Plug();
        await host.BusIsAsync(HealthStatus.Healthy);
    }

    [Fact]
    public async Task a_broker_that_was_stopped_and_started_gets_its_services_back_and_loses_no_message()
    {
        using var folder = new TestFolder();
        var broker = await LocalRabbitMq.StartAsync(folder.Path);
        try
        {
            var options = new MessagingOptions { Transport = MessageTransport.RabbitMq, RabbitMq = broker.Address };
            await using var host = await StartAsync(options, "outage");
            await host.BusIsAsync(HealthStatus.Healthy);
            var before = await WorkAsync(host);

            await broker.StopAsync();
            await host.BusIsAsync(HealthStatus.Unhealthy);
            var during = Guid.CreateVersion7();
            var sent = SendAsync(host, during);
            broker = await LocalRabbitMq.StartAsync(folder.Path);
            var back = Stopwatch.StartNew();
            await host.BusIsAsync(HealthStatus.Healthy);
            output.WriteLine($"Back {back.Elapsed} after the broker");
            await sent;
            await _log.DoneAsync(during);
            var after = await WorkAsync(host);

            // Work that the broker did not hear of as done comes twice.
            Assert.Equal([before, during, after], _log.Done.Seen.Distinct());
        }
        finally
        {
            await broker.StopAsync();
        }
    }

    private Task<TestHost> StartAsync(MessagingOptions options, string service) =>
        TestHost.StartAsync(
            bus => bus.AddServiceConsumer<DoWork>(service),
            services => services.AddSingleton(_log),
            options
        );

    private async Task<Guid> WorkAsync(TestHost host)
    {
        var id = Guid.CreateVersion7();
        await SendAsync(host, id);
        await _log.DoneAsync(id);
        return id;
    }

    private static async Task SendAsync(TestHost host, Guid id)
    {
        var endpoint = await host.Bus.GetSendEndpoint(QueueAddress.Of("outage-do-work"));
        await endpoint.Send(new Work(id));
    }
}
