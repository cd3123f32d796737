using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Platform.LocalServers;

/// <summary>TCP ports on the loopback address.</summary>
public static class Ports
{
    private const int First = 20_000;
    private const int End = 32_000;

    /// <summary>How many ports a process tries before any other: those of processes with other ids are others.</summary>
    private const int Own = 50;

    private static readonly ConcurrentDictionary<int, bool> _given = new();
    private static int _tried = -1;

    /// <summary>
    /// A port that nobody listens on now and that was not given before: its server has perhaps not come to listen yet. It lies
    /// below those that systems give to outgoing connections (from 32768 on Linux), so that none of these takes it while its
    /// server is started again. Processes that choose at the same time choose from different ports.
    /// </summary>
    public static int Free()
    {
        while (true)
        {
            var tried = Interlocked.Increment(ref _tried);
            var port =
                tried < Own
                    ? First + (Environment.ProcessId % ((End - First) / Own) * Own) + tried
                    : Random.Shared.Next(First, End);
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
