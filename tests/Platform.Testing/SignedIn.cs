using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;

namespace Platform.Testing;

/// <summary>How tests call a service past the gateway: as whoever they like, with the key that their hosts are given.</summary>
public static class SignedIn
{
    /// <summary>The key of every host in tests.</summary>
    public const string TokenKey = "dGVzdHMtdXNlLXRoaXMta2V5LWFuZC1ub2JvZHktZWxzZSE=";

    /// <summary><see cref="TokenKey"/> as a setting on a command line.</summary>
    public const string Setting = $"--Platform:TokenKey={TokenKey}";

    private static readonly SigningKeys _keys = new(Options.Create(new TokenOptions { TokenKey = TokenKey }));
    private static readonly InternalTokens _internal = new(_keys, TimeProvider.System);

    /// <summary>An administrator, which is who a test is when it does not say.</summary>
    public static Caller Administrator { get; } = Caller.User("tester", UserRole.Administrator);

    /// <summary>The tokens of nodes and jobs, which only the gateway takes.</summary>
    public static ScopedTokens Machines { get; } = new(_keys, TimeProvider.System);

    /// <summary>The credential that a service takes for a caller.</summary>
    public static AuthenticationHeaderValue As(Caller caller) => new("Bearer", _internal.Create(caller));

    /// <summary>A client of a service; its requests are <paramref name="caller"/>'s unless they have a credential of their own.</summary>
    public static HttpClient Client(Uri address, Caller? caller = null, TimeSpan? timeout = null) =>
        new(new Signing(caller ?? Administrator))
        {
            BaseAddress = address,
            Timeout = timeout ?? TimeSpan.FromSeconds(100),
        };

    /// <summary>Sends a request as somebody else.</summary>
    public static Task<HttpResponseMessage> SendAsAsync(
        this HttpClient http,
        Caller caller,
        HttpMethod method,
        string path,
        HttpContent? content = null
    )
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = As(caller);
        return http.SendAsync(request);
    }

    /// <summary>A body that the service does not want is never sent, however long a busy machine takes to say so.</summary>
    private sealed class Signing(Caller caller)
        : DelegatingHandler(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) })
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            request.Headers.Authorization ??= As(caller);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
