using System.Net;
using System.Net.Sockets;
using Platform.Gateway.Security;

namespace Platform.Gateway.Tests.Security;

public sealed class Whose_the_other_end_is
{
    private static readonly string[] _table =
    [
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
        "   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1",
        "   1: 0100007F:9C40 0100007F:1388 01 00000000:00000000 00:00000000 00000000  1001        0 2 1",
        "   2: 0100007F:1388 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 3 1",
        "   3: 0100007F:9C41 0100007F:1388 06 00000000:00000000 03:00001770 00000000     0        0 0 3",
        "   4: 0000000000000000FFFF00000100007F:9C42 0000000000000000FFFF00000100007F:1388 01 00000000:00000000 00:00000000 00000000  1002        0 4 1",
        "   5: 00000000000000000000000001000000:9C43 00000000000000000000000001000000:1388 01 00000000:00000000 00:00000000 00000000  1003        0 5 1",
        "   6: nonsense",
    ];

    [Theory]
    [InlineData("127.0.0.1", 40000, 1001u)]
    [InlineData("::ffff:127.0.0.1", 40000, 1001u)]
    [InlineData("127.0.0.1", 40002, 1002u)]
    [InlineData("::1", 40003, 1003u)]
    public void is_in_the_table(string address, int port, uint user) =>
        Assert.Equal(user, UserOf(IPAddress.Parse(address), port));

    [Theory]
    [InlineData("127.0.0.1", 40009)]
    [InlineData("127.0.0.2", 40000)]
    [InlineData("10.0.0.7", 40000)]
    // The kernel lists closed connections as root's.
    [InlineData("127.0.0.1", 40001)]
    public void is_not_known_of_others(string address, int port) => Assert.Null(UserOf(IPAddress.Parse(address), port));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task is_known_of_a_connection_within_this_machine(string address)
    {
        using var listener = new TcpListener(IPAddress.Parse(address), 0);
        listener.Start();
        using var client = new TcpClient(listener.LocalEndpoint.AddressFamily);
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var server = await listener.AcceptTcpClientAsync();

        var user = LocalPeers.UserOf(
            (IPEndPoint)server.Client.RemoteEndPoint!,
            (IPEndPoint)server.Client.LocalEndPoint!
        );

        var status = await File.ReadAllLinesAsync("/proc/self/status");
        var own = status.Single(line => line.StartsWith("Uid:", StringComparison.Ordinal));
        Assert.Equal(own.Split('\t')[2], $"{user}");
    }

    private static uint? UserOf(IPAddress address, int port) =>
        LocalPeers.UserOf(
            new IPEndPoint(address, port),
            new IPEndPoint(address.Equals(IPAddress.IPv6Loopback) ? IPAddress.IPv6Loopback : IPAddress.Loopback, 5000),
            _table
        );
}
