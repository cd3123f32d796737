using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.Artifacts.Blobs;

/// <summary>Makes the blob store ready before requests come in, and tells <c>/health/ready</c> whether it can be used.</summary>
internal sealed class BlobStoreService(IBlobStore store, BlobIntake intake) : IHostedService, IHealthCheck
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        intake.Prepare();
        await store.PrepareAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            await store.CheckAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("The store of artifact bytes does not answer.", exception);
        }
    }
}
