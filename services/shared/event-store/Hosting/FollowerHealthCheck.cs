using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.EventStore;

/// <summary>Says which projection or subscription does not get on, and at which event. The service goes on without it.</summary>
internal sealed class FollowerHealthCheck(EventStore store) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        var failures = store.Followers.Select(follower => follower.Failure).OfType<string>().ToList();
        return Task.FromResult(
            failures.Count == 0
                ? HealthCheckResult.Healthy()
                : new HealthCheckResult(context.Registration.FailureStatus, string.Join(' ', failures))
        );
    }
}
