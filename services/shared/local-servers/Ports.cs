using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Platform.LocalServers;

/// <summary>TCP ports on the loopback address.</summary>
public static class Ports
{
    private static readonly ConcurrentDictionary<int, bool> _given = new();

    /// <summary>
    /// A port that nobody listens on now and that was not given before: its server has perhaps not come to listen yet. It lies
    /// below those that systems give to outgoing connections (from 32768 on Linux), so that none of these takes it while its
    /// server is started again.
    /// </summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            if (IsFree(port) && _given.TryAdd(port, true))
            {
                return port;
            }
        }
    }

    /// <summary>Whether this process could listen on the port.</summary>
    public static bool IsFree(int port) => IsFree(IPAddress.Loopback, port);

    /// <summary>Whether this process could listen on the address and port.</summary>
    public static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
