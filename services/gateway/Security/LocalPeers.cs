using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Connections.Features;

namespace Platform.Gateway.Security;

/// <summary>
/// Whether the user who runs this process, or root, is at the other end of a connection within this machine. Linux tells whose
/// the other socket is (<c>/proc/net/tcp</c>); elsewhere nobody is known. A connection has one answer, found once.
/// </summary>
internal sealed class LocalPeers
{
    private const uint Root = 0;

    /// <summary>Sockets in other states may be listed as root's, whosever they were.</summary>
    private const string Established = "01";

    private static readonly object _key = new();
    private static readonly string[] _tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    private readonly uint? _owner = OperatingSystem.IsLinux() ? EffectiveUser() : null;

    public bool IsOwner(HttpContext context)
    {
        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items?.TryGetValue(_key, out var known) is true)
        {
            return known is true;
        }

        var connection = context.Connection;
        var isOwner =
            _owner is { } owner
            && connection is { RemoteIpAddress: { } remote, LocalIpAddress: { } local }
            && UserOf(new IPEndPoint(remote, connection.RemotePort), new IPEndPoint(local, connection.LocalPort))
                is { } user
            && (user == owner || user == Root);
        items?.Add(_key, isOwner);
        return isOwner;
    }

    /// <summary>Whose the socket at the other end is.</summary>
    /// <param name="peer">Its address.</param>
    /// <param name="own">Ours.</param>
    /// <returns>Null when it is not on this machine.</returns>
    internal static uint? UserOf(IPEndPoint peer, IPEndPoint own)
    {
        foreach (var table in _tables)
        {
            if (File.Exists(table) && UserOf(peer, own, File.ReadLines(table)) is { } user)
            {
                return user;
            }
        }

        return null;
    }

    /// <summary>Finds the user in the lines of such a table: number, local and remote address, state, queues, timer, retries, user.</summary>
    internal static uint? UserOf(IPEndPoint peer, IPEndPoint own, IEnumerable<string> table)
    {
        foreach (var line in table)
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (
                fields.Length > 7
                && fields[3] is Established
                && IsAt(fields[1], peer)
                && IsAt(fields[2], own)
                && uint.TryParse(fields[7], CultureInfo.InvariantCulture, out var user)
            )
            {
                return user;
            }
        }

        return null;
    }

    /// <summary>Reads an address as the kernel writes it: words of 32 bits in the machine's order, a colon, the port.</summary>
    private static bool IsAt(string written, IPEndPoint end)
    {
        var colon = written.IndexOf(':', StringComparison.Ordinal);
        if (
            colon is not (8 or 32)
            || !int.TryParse(
                written.AsSpan(colon + 1),
                NumberStyles.HexNumber,
                CultureInfo.InvariantCulture,
                out var port
            )
            || port != end.Port
        )
        {
            return false;
        }

        var bytes = Convert.FromHexString(written.AsSpan(0, colon));
        if (BitConverter.IsLittleEndian)
        {
            for (var word = 0; word < bytes.Length; word += sizeof(uint))
            {
                BinaryPrimitives.WriteUInt32BigEndian(
                    bytes.AsSpan(word),
                    BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(word))
                );
            }
        }

        return Plain(new IPAddress(bytes)).Equals(Plain(end.Address));
    }

    /// <summary>An IPv4 address has one form, also where a socket for both families has it.</summary>
    private static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());

    private static uint EffectiveUser()
    {
        // "Uid:", the real, the effective, the saved and the file system's.
        var ids = File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal));
        return uint.Parse(ids.Split('\t')[2], CultureInfo.InvariantCulture);
    }
}
