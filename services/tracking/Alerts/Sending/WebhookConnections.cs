using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Platform.Tracking.Alerts.Sending;

/// <summary>
/// The connections of webhooks. Names are resolved here and nowhere else, and the socket is opened to the address that was checked, so that
/// a name which leads elsewhere the next time leads nowhere. No proxy is used: it would resolve the name itself.
/// </summary>
internal sealed class WebhookConnections : IDisposable
{
    private const int MaxHeaderKilobytes = 16;

    private readonly bool _allowPrivate;

    public WebhookConnections(IOptions<AlertOptions> options)
    {
        _allowPrivate = options.Value.AllowPrivateAddresses;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = options.Value.Timeout,
            ConnectCallback = ConnectAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = MaxHeaderKilobytes,
            // What a receiver answers besides its status is of no interest.
            MaxResponseDrainSize = 0,
            // Others are told nothing of the platform's traces.
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        };
        Client = new HttpClient(handler) { Timeout = options.Value.Timeout };
        Client.DefaultRequestHeaders.UserAgent.ParseAdd("platform-alerts/1");
    }

    public HttpClient Client { get; }

    public void Dispose() => Client.Dispose();

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context,
        CancellationToken cancellationToken
    )
    {
        var point = context.DnsEndPoint;
        var addresses = await Dns.GetHostAddressesAsync(point.Host, cancellationToken);
        // One that is refused among others is no mistake of a resolver.
        if (Array.Exists(addresses, address => !WebhookAddresses.Allows(address, _allowPrivate)))
        {
            throw new AddressRefusedException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, point.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A name leads to where webhooks may not go.</summary>
internal sealed class AddressRefusedException() : IOException("Webhooks may not go to this address.");
