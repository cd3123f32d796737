using System.Globalization;
using Platform.LocalServers;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Platform.Cli.Tests.LocalServers;

[Trait("suite", "integration")]
public sealed class A_local_RabbitMQ : IAsyncLifetime
{
    private readonly TestFolder _folder = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await LocalRabbitMq.StopAsync(_folder.Path);
        _folder.Dispose();
    }

    [Fact]
    public async Task listens_on_loopback_only_and_is_found_and_recovered_at_the_same_address()
    {
        var broker = await LocalRabbitMq.StartAsync(_folder.Path);
        var uri = new Uri(broker.Address);
        var first = broker.Process!;
        Assert.Equal("127.0.0.1", uri.Host);
        Assert.All(ListeningAddresses(first.Id), address => Assert.Equal("0100007F", address));
        await using (await ConnectAsync(uri))
        {
            await Assert.ThrowsAsync<BrokerUnreachableException>(() => ConnectAsync(uri, "guest", "guest"));
            await Assert.ThrowsAsync<BrokerUnreachableException>(() => ConnectAsync(uri, "platform", "wrong"));
        }

        var adopted = await LocalRabbitMq.StartAsync(_folder.Path);
        Assert.Equal(first, adopted.Process);

        Assert.True(Unix.Signal(first.Id, Unix.Kill));
        await WaitFor.ConditionAsync("the broker to be gone", () => Task.FromResult(!first.IsRunning));
        var recovered = await LocalRabbitMq.StartAsync(_folder.Path);
        Assert.NotEqual(first, recovered.Process);
        Assert.Equal(broker.Address, recovered.Address);

        var last = recovered.Process!;
        await recovered.StopAsync();
        Assert.False(last.IsRunning);
        Assert.Null(LocalRabbitMq.ProcessOf(_folder.Path));
    }

    private static Task<IConnection> ConnectAsync(Uri broker, string? user = null, string? password = null)
    {
        var factory = new ConnectionFactory { Uri = broker };
        factory.UserName = user ?? factory.UserName;
        factory.Password = password ?? factory.Password;
        return factory.CreateConnectionAsync();
    }

    /// <summary>The IPv4 addresses, in the kernel's notation, that sockets of a process listen on.</summary>
    private static List<string> ListeningAddresses(int processId)
    {
        var sockets = Directory
            .EnumerateFileSystemEntries($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/fd")
            .Select(file => new FileInfo(file).LinkTarget ?? "")
            .Where(link => link.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(link => link["socket:[".Length..^1])
            .ToHashSet(StringComparer.Ordinal);
        const string Listening = "0A";
        var rows = File.ReadAllLines("/proc/net/tcp")
            .Concat(File.ReadAllLines("/proc/net/tcp6"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields =>
                string.Equals(fields[3], Listening, StringComparison.Ordinal) && sockets.Contains(fields[9])
            )
            .Select(fields => fields[1].Split(':')[0])
            .ToList();
        Assert.NotEmpty(rows);
        return rows;
    }
}
