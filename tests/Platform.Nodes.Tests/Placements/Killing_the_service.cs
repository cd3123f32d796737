using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Platform.Nodes.Tests.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Platform.Nodes.Tests.Placements;

/// <summary>
/// A process of this service with a real broker and database is killed while it stores requests, each of which is sent once. How often is
/// <c>PLATFORM_TEST_KILLS</c>.
/// </summary>
[Trait("suite", "integration")]
public sealed class Killing_the_service(OwnBroker broker) : IClassFixture<OwnBroker>, IAsyncLifetime
{
    private const int Batch = 40;

    private static readonly int _kills = int.Parse(
        Environment.GetEnvironmentVariable("PLATFORM_TEST_KILLS") ?? "5",
        CultureInfo.InvariantCulture
    );

    private readonly List<Process> _started = [];
    private TestDatabase _database = null!;
    private NpgsqlDataSource _source = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateMigratedAsync("nodes", new NodesModule().Add);
        _source = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        foreach (var process in _started)
        {
            await KillAsync(process);
            process.Dispose();
        }

        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task while_it_stores_requests_loses_none_although_each_is_sent_once()
    {
        await using var connection = await OwnBroker.ConnectAsync(broker.Address);
        var first = Start();
        await WaitFor.ConditionAsync(
            "the service to listen",
            async () => await TryPublishAsync(connection),
            TimeSpan.FromMinutes(1)
        );
        await StoredAsync(first, 1);
        await KillAsync(first);

        await using var channel = await OpenAsync(connection);
        var random = new Random(1);
        var duringWork = 0;
        for (var kill = 1; kill <= _kills; kill++)
        {
            var before = await CountAsync();
            for (var i = 0; i < Batch; i++)
            {
                await PublishAsync(channel);
            }

            var process = Start();
            await StoredAsync(process, before + random.Next(1, Batch));
            await KillAsync(process);
            duringWork += await CountAsync() < 1 + (kill * Batch) ? 1 : 0;
        }

        var last = Start();
        await StoredAsync(last, 1 + (_kills * Batch));
        await KillAsync(last);
        Assert.Equal(1 + (_kills * Batch), await CountAsync());
        Assert.True(duringWork > 0, "every kill came after all work was done, so the test proves nothing");
    }

    /// <summary>A channel whose publishing returns once the broker has the message.</summary>
    private static Task<IChannel> OpenAsync(IConnection connection) =>
        connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)
        );

    private static Task PublishAsync(IChannel channel) =>
        OwnBroker.PublishAsync(channel, NodesHost.Request(Guid.CreateVersion7(), gpus: 64), userId: null);

    /// <summary>False where no queue takes the message.</summary>
    private static async Task<bool> TryPublishAsync(IConnection connection)
    {
        await using var channel = await OpenAsync(connection);
        try
        {
            await PublishAsync(channel);
            return true;
        }
        catch (RabbitMQClientException)
        {
            return false;
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = AppContext.BaseDirectory };
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "Platform.Nodes.dll"),
            "--urls=http://127.0.0.1:0",
            $"--ConnectionStrings:Platform={_database.ConnectionString}",
            $"--Nodes:JoinToken={NodesHost.JoinToken}",
            "--Logging:Level=Warning",
            SignedIn.Setting,
            .. broker.Settings,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        _started.Add(process);
        return process;
    }

    private static async Task KillAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    private Task StoredAsync(Process process, int count) =>
        WaitFor.ConditionAsync(
            $"{count} requests to be stored",
            async () =>
            {
                Assert.False(process.HasExited, "the service ended by itself");
                return await CountAsync() >= count;
            },
            TimeSpan.FromMinutes(1)
        );

    private async Task<int> CountAsync()
    {
        await using var exists = _source.CreateCommand("select to_regclass('nodes.placement_request') is not null");
        if (await exists.ExecuteScalarAsync() is not true)
        {
            return 0;
        }

        await using var command = _source.CreateCommand("select count(*)::int from nodes.placement_request");
        return (int)(await command.ExecuteScalarAsync())!;
    }
}
