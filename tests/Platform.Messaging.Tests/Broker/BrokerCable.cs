using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Platform.LocalServers;

namespace Platform.Messaging.Tests.Broker;

/// <summary>A TCP forwarder in front of the broker that can be pulled and plugged in again.</summary>
internal sealed class BrokerCable : IAsyncDisposable
{
    private readonly ConcurrentBag<TcpClient> _open = [];
    private readonly int _port;
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private volatile bool _dead;
    private int _refused;

    public BrokerCable() => _port = Ports.Free();

    public MessagingOptions Options =>
        new()
        {
            Transport = MessageTransport.RabbitMq,
            RabbitMq = new UriBuilder(TestBroker.Address) { Host = "127.0.0.1", Port = _port }.Uri.ToString(),
        };

    /// <summary>Connections that a broker without life hung up on.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public void Plug() => Listen(dead: false);

    /// <summary>Somebody answers, and hangs up at once.</summary>
    public async Task PlugIntoNothingAsync()
    {
        await PullAsync();
        Listen(dead: true);
    }

    public async Task PullAsync()
    {
        _listener?.Dispose();
        await _accepting;
        while (_open.TryTake(out var client))
        {
            client.Dispose();
        }
    }

    public async ValueTask DisposeAsync() => await PullAsync();

    private void Listen(bool dead)
    {
        _dead = dead;
        _listener = new TcpListener(IPAddress.Loopback, _port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                if (_dead)
                {
                    Interlocked.Increment(ref _refused);
                    client.Dispose();
                    continue;
                }

                var broker = new TcpClient();
                _open.Add(client);
                _open.Add(broker);
                await broker.ConnectAsync(TestBroker.Address.Host, TestBroker.Address.Port);
                _ = CopyAsync(client, broker);
                _ = CopyAsync(broker, client);
            }
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException)
        {
            // Pulled: while it waited for a client, or before it waits for the next.
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception exception)
            when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Pulled.
        }
        finally
        {
            to.Dispose();
        }
    }
}
