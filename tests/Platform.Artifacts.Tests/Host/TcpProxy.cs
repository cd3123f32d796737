using System.Net;
using System.Net.Sockets;
using Platform.LocalServers;

namespace Platform.Artifacts.Tests.Host;

/// <summary>A TCP proxy on loopback in front of a server, which can stop forwarding, break connections and refuse new ones.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly int _port = Ports.Free();
    private readonly int _target;
    private readonly Lock _lock = new();
    private readonly List<TcpClient> _open = [];
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _limit;
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private long _forwarded;

    /// <param name="target">The server's address.</param>
    /// <param name="limit">After that many bytes in both directions nothing is forwarded until <see cref="Release"/>.</param>
    public TcpProxy(string target, long limit)
    {
        _target = new Uri(target).Port;
        _limit = limit;
        Listen();
    }

    public string Endpoint => $"http://127.0.0.1:{_port}";

    /// <summary>Ends when the limit is reached, so that the test acts in the middle of a transfer.</summary>
    public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Forwards again, without a limit.</summary>
    public void Release() => _released.TrySetResult();

    /// <summary>Closes every connection; new ones are still accepted.</summary>
    public void Break()
    {
        lock (_lock)
        {
            _open.ForEach(client => client.Dispose());
            _open.Clear();
        }
    }

    /// <summary>Closes every connection and refuses new ones, as a machine does whose server was killed.</summary>
    public async Task StopAsync()
    {
        _listener?.Dispose();
        await _accepting;
        Break();
    }

    /// <summary>Accepts connections again.</summary>
    public void Restart()
    {
        Release();
        Listen();
    }

    public async ValueTask DisposeAsync()
    {
        Release();
        await StopAsync();
    }

    private void Listen()
    {
        _listener = new TcpListener(IPAddress.Loopback, _port);
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
                var server = new TcpClient();
                lock (_lock)
                {
                    _open.AddRange(client, server);
                }

                await server.ConnectAsync(IPAddress.Loopback, _target);
                _ = ForwardAsync(client, server);
                _ = ForwardAsync(server, client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ForwardAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.GetStream().ReadAsync(buffer) is > 0 and var read)
            {
                if (Interlocked.Add(ref _forwarded, read) > _limit)
                {
                    _reached.TrySetResult();
                    await _released.Task;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception exception)
            when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Broken.
        }
        finally
        {
            to.Dispose();
        }
    }
}
