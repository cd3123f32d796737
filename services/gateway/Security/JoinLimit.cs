using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Caching.Memory;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Security;

/// <summary>
/// How often an address may try join tokens: a burst for a rack that is switched on, then one a second. Nobody guesses them
/// where no token is asked for.
/// </summary>
/// <remarks>The middleware of ASP.NET Core wakes up ten times a second for ever, also where nobody joins.</remarks>
internal sealed class JoinLimit(RequestDelegate next, Bindings bindings) : IDisposable
{
    public const int Burst = 100;

    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);

    private readonly MemoryCache _buckets = new(new MemoryCacheOptions());

    public async Task InvokeAsync(HttpContext context)
    {
        if (!bindings.RequireTokens || context.GetEndpoint()?.Metadata.GetMetadata<LimitedTries>() is null)
        {
            await next(context);
            return;
        }

        var bucket = BucketOf(context.Connection.RemoteIpAddress ?? IPAddress.None);
        bucket.TryReplenish();
        using var lease = bucket.AttemptAcquire();
        await (lease.IsAcquired ? next(context) : RefuseAsync(context, lease));
    }

    public void Dispose() => _buckets.Dispose();

    /// <summary>One that nobody used for so long that it is full again is forgotten.</summary>
    private TokenBucketRateLimiter BucketOf(IPAddress address) =>
        _buckets.GetOrCreate(
            address,
            entry =>
            {
                entry.SlidingExpiration = _period * Burst;
                return new TokenBucketRateLimiter(
                    new TokenBucketRateLimiterOptions
                    {
                        TokenLimit = Burst,
                        TokensPerPeriod = 1,
                        ReplenishmentPeriod = _period,
                        AutoReplenishment = false,
                    }
                );
            }
        )!;

    private static Task RefuseAsync(HttpContext context, RateLimitLease lease)
    {
        if (lease.TryGetMetadata(MetadataName.RetryAfter, out var after))
        {
            var seconds = Math.Max(1, Math.Ceiling(after.TotalSeconds));
            context.Response.Headers.RetryAfter = seconds.ToString("0", CultureInfo.InvariantCulture);
        }

        return ProblemResults
            .Problem(StatusCodes.Status429TooManyRequests, GatewaySentences.TooManyJoins)
            .ExecuteAsync(context);
    }
}
