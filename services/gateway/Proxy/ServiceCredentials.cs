using System.Net.Http.Headers;
using Microsoft.Extensions.Caching.Memory;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Proxy;

/// <summary>
/// What a request carries on its way to a service in place of the caller's own credential, which stays here: a token that says
/// who calls. One serves all requests of a caller for a minute, so that a request costs no signature; it says nothing of the
/// request itself, whose trace travels in <c>traceparent</c>.
/// </summary>
internal sealed class ServiceCredentials(InternalTokens tokens) : IDisposable
{
    private const int MaxCallers = 10_000;
    private static readonly TimeSpan _use = TimeSpan.FromSeconds(60);

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MaxCallers });

    /// <summary>The credential of a caller; null for one who has none.</summary>
    public AuthenticationHeaderValue? For(Caller caller) =>
        caller.Kind is CallerKind.Anonymous
            ? null
            : _cache.GetOrCreate(
                caller,
                entry =>
                {
                    entry.Size = 1;
                    entry.AbsoluteExpirationRelativeToNow = _use;
                    return new AuthenticationHeaderValue("Bearer", tokens.Create(caller));
                }
            );

    public void Dispose() => _cache.Dispose();
}
