using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Platform.Contracts.Services;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Security;

/// <summary>
/// How often an address may try join tokens: a burst for a rack that is switched on, then one a second. Nobody guesses them
/// where no token is asked for.
/// </summary>
internal static class JoinLimit
{
    public const int Burst = 100;

    public static void AddJoinLimit(this IServiceCollection services) =>
        services.AddRateLimiter(limiter =>
        {
            limiter.AddPolicy(RateLimits.Join, PartitionOf);
            limiter.OnRejected = RefuseAsync;
        });

    private static RateLimitPartition<IPAddress> PartitionOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        return context.RequestServices.GetRequiredService<Bindings>().RequireTokens
            ? RateLimitPartition.GetTokenBucketLimiter(
                address,
                _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = Burst,
                    TokensPerPeriod = 1,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                }
            )
            : RateLimitPartition.GetNoLimiter(address);
    }

    private static async ValueTask RefuseAsync(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var context = rejected.HttpContext;
        if (rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after))
        {
            var seconds = Math.Max(1, Math.Ceiling(after.TotalSeconds));
            context.Response.Headers.RetryAfter = seconds.ToString("0", CultureInfo.InvariantCulture);
        }

        await ProblemResults
            .Problem(StatusCodes.Status429TooManyRequests, GatewaySentences.TooManyJoins)
            .ExecuteAsync(context);
    }
}
