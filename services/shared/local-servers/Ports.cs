using System.Net;
using System.Net.Sockets;

namespace Platform.LocalServers;

/// <summary>TCP ports on the loopback address.</summary>
public static class Ports
{
    /// <summary>A port that nobody listens on now.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
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
