using System.Diagnostics;
using System.Net.Sockets;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Platform.Messaging.Tests;

internal sealed record Chore(int Number);

/// <summary>Needs a database that is away for a while; number 2 is simply broken.</summary>
internal sealed class DoWorkItem(Outage outage, Recorder<int> done) : IConsumer<Chore>
{
    public Task Consume(ConsumeContext<Chore> context)
    {
        if (context.Message.Number == 2)
        {
            throw new InvalidOperationException("It cannot be done.");
        }

        if (!outage.IsOver)
        {
            throw new NpgsqlException("Failed to connect", new SocketException((int)SocketError.ConnectionRefused));
        }

        done.Add(context.Message.Number);
        return Task.CompletedTask;
    }
}

internal sealed class RecordFault(Recorder<Fault<Chore>> faults) : IConsumer<Fault<Chore>>
{
    public Task Consume(ConsumeContext<Fault<Chore>> context)
    {
        faults.Add(context.Message);
        return Task.CompletedTask;
    }
}

/// <summary>Lasts longer than the pauses after other failures together.</summary>
internal sealed class Outage
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public bool IsOver => _watch.Elapsed > TimeSpan.FromSeconds(3);
}

public sealed class Without_a_database
{
    [Fact]
    public async Task messages_wait_for_it_and_none_is_given_up()
    {
        var done = new Recorder<int>();
        var faults = new Recorder<Fault<Chore>>();
        await using var host = await TestHost.StartAsync(
            bus =>
            {
                bus.AddConsumer<DoWorkItem>();
                bus.AddConsumer<RecordFault>();
            },
            services => services.AddSingleton(done).AddSingleton(faults).AddSingleton<Outage>()
        );

        await host.Bus.Publish(new Chore(1));
        await host.Bus.Publish(new Chore(2));

        await WaitFor.ConditionAsync("the broken one to be given up", () => Task.FromResult(faults.Seen.Count > 0));
        await WaitFor.ConditionAsync("the other to be done", () => Task.FromResult(done.Seen.Count > 0));
        Assert.Equal([1], done.Seen);
        Assert.Equal([2], faults.Seen.Select(fault => fault.Message.Number));
    }
}
