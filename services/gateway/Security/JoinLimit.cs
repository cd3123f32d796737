using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;

namespace Platform.Gateway.Security;

/// <summary>How often an address may try join tokens: a burst for a rack that is switched on, then one a second.</summary>
internal sealed class JoinLimit : IDisposable
{
    public const int Burst = 100;

    private readonly PartitionedRateLimiter<HttpContext> _limiter = PartitionedRateLimiter.Create<
        HttpContext,
        IPAddress
    >(context =>
        RateLimitPartition.GetTokenBucketLimiter(
            context.Connection.RemoteIpAddress ?? IPAddress.None,
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = Burst,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            }
        )
    );

    public bool TryTake(HttpContext context)
    {
        using var lease = _limiter.AttemptAcquire(context);
        if (!lease.IsAcquired && lease.TryGetMetadata(MetadataName.RetryAfter, out var after))
        {
            var seconds = Math.Max(1, Math.Ceiling(after.TotalSeconds));
            context.Response.Headers.RetryAfter = seconds.ToString("0", CultureInfo.InvariantCulture);
        }

        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();
}
