using System.Net;
using System.Net.Sockets;

namespace Platform.Tracking.Alerts.Sending;

/// <summary>
/// Where webhooks may go. Whoever makes one could otherwise have the platform ask what only its own network may: a metadata service of a
/// cloud, or a machine behind the firewall.
/// </summary>
internal static class WebhookAddresses
{
    public const int MaxUrl = 2000;

    private static readonly int[] _last = [12, 13, 14, 15];
    private static readonly IPNetwork _teredo = IPNetwork.Parse("2001::/32");

    private static readonly string[] _metadataNames =
    [
        "metadata",
        "metadata.google.internal",
        "metadata.goog",
        "instance-data",
        "instance-data.ec2.internal",
    ];

    /// <summary>
    /// Nobody's receivers: unspecified, link-local (where clouds have their metadata services), multicast and reserved addresses, and
    /// metadata services elsewhere.
    /// </summary>
    private static readonly IPNetwork[] _never =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("100.100.100.200/32"),
        IPNetwork.Parse("168.63.129.16/32"),
        IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("224.0.0.0/4"),
        IPNetwork.Parse("240.0.0.0/4"),
        IPNetwork.Parse("::/128"),
        IPNetwork.Parse("fe80::/10"),
        IPNetwork.Parse("fec0::/10"),
        IPNetwork.Parse("ff00::/8"),
        IPNetwork.Parse("fd00:ec2::/32"),
        IPNetwork.Parse("fd20:ce::254/128"),
    ];

    /// <summary>This machine, private networks, and those that providers share among customers.</summary>
    private static readonly IPNetwork[] _private =
    [
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("198.18.0.0/15"),
        IPNetwork.Parse("::1/128"),
        IPNetwork.Parse("fc00::/7"),
    ];

    /// <summary>Addresses that carry one of version 4 in these bytes, to which a router or this machine may translate them.</summary>
    private static readonly (IPNetwork Network, int[] Bytes)[] _carriers =
    [
        (IPNetwork.Parse("64:ff9b::/96"), _last),
        (IPNetwork.Parse("64:ff9b:1::/48"), _last),
        (IPNetwork.Parse("64:ff9b:1::/48"), [6, 7, 9, 10]),
        (IPNetwork.Parse("2002::/16"), [2, 3, 4, 5]),
        (IPNetwork.Parse("::/96"), _last),
        (IPNetwork.Parse("::ffff:0:0:0/96"), _last),
        (_teredo, [4, 5, 6, 7]),
    ];

    /// <summary>Whether a webhook may be sent to an address.</summary>
    public static bool Allows(IPAddress address, bool allowPrivate)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return Allows(address.MapToIPv4(), allowPrivate);
        }

        if (Array.Exists(_never, network => network.Contains(address)))
        {
            return false;
        }

        if (Array.Exists(_private, network => network.Contains(address)))
        {
            return allowPrivate;
        }

        return address.AddressFamily is not AddressFamily.InterNetworkV6
            || CarriedBy(address).All(carried => Allows(carried, allowPrivate));
    }

    /// <summary>The addresses of version 4 that one of version 6 carries.</summary>
    private static IEnumerable<IPAddress> CarriedBy(IPAddress address)
    {
        var all = address.GetAddressBytes();
        foreach (var (network, bytes) in _carriers)
        {
            if (network.Contains(address))
            {
                yield return Of(bytes, mask: 0);
            }
        }

        if (_teredo.Contains(address))
        {
            // The client behind the tunnel, with all bits inverted.
            yield return Of(_last, mask: 0xff);
        }

        // ISATAP has it in the interface's part of any network: 0000:5efe or 0200:5efe before it.
        if (all is [_, _, _, _, _, _, _, _, 0 or 2, 0, 0x5e, 0xfe, ..])
        {
            yield return Of(_last, mask: 0);
        }

        IPAddress Of(int[] bytes, byte mask) => new([.. bytes.Select(index => (byte)(all[index] ^ mask))]);
    }

    /// <summary>Reads an address as a webhook may have it: its form, not where it leads.</summary>
    public static Uri? Read(string? text) =>
        text is { Length: > 0 and <= MaxUrl }
        && !text.Any(character => char.IsControl(character) || char.IsWhiteSpace(character))
        && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && IsOfWeb(url)
            ? url
            : null;

    public static bool IsOfWeb(Uri url) =>
        (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
        && url.UserInfo.Length == 0
        && url.Fragment.Length == 0
        && url.Host.Length > 0;

    /// <summary>Whether the host as it is written may be asked for; names are resolved, and checked again, when something is sent.</summary>
    public static bool AllowsHost(Uri url, bool allowPrivate)
    {
        if (IPAddress.TryParse(url.DnsSafeHost, out var address))
        {
            return Allows(address, allowPrivate);
        }

        var name = url.IdnHost.TrimEnd('.').ToLowerInvariant();
        return !_metadataNames.Contains(name, StringComparer.Ordinal)
            && (allowPrivate || (name is not "localhost" && !name.EndsWith(".localhost", StringComparison.Ordinal)));
    }
}
