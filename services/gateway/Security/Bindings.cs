using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Platform.Gateway.Security;

/// <summary>Whether strangers can reach this process, told from the addresses it really listens on.</summary>
internal sealed class Bindings(IServer server, IOptions<GatewayOptions> options)
{
    private readonly Lazy<bool> _loopbackOnly = new(() =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses.All(IsLoopback) ?? true
    );

    public bool LoopbackOnly => _loopbackOnly.Value;

    public bool RequireTokens => options.Value.RequireTokens is TokenPolicy.Always || !LoopbackOnly;

    internal static bool IsLoopback(string address)
    {
        var binding = BindingAddress.Parse(address);
        return binding.IsUnixPipe || binding.IsNamedPipe || IsLoopbackHost(binding.Host);
    }

    /// <summary>A name or address that only this machine answers to; a name elsewhere may be made to point here.</summary>
    internal static bool IsLoopbackHost(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
