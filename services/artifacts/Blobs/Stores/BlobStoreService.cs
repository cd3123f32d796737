using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.Artifacts.Blobs.Stores;

/// <summary>
/// Makes the blob store ready before requests come in, and tells <c>/health/ready</c> whether it can be used. A store that
/// does not answer yet does not keep the service from starting.
/// </summary>
internal sealed partial class BlobStoreService(IBlobStore store, BlobIntake intake, ILogger<BlobStoreService> logger)
    : BackgroundService,
        IHealthCheck
{
    /// <summary>The pause between two attempts to make the store ready.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(2);

    private bool _isPrepared;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        intake.Prepare();
        await TryPrepareAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        if (!Volatile.Read(ref _isPrepared))
        {
            return HealthCheckResult.Unhealthy("The store of artifact bytes is not prepared yet.");
        }

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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!Volatile.Read(ref _isPrepared))
        {
            await Task.Delay(RetryAfter, stoppingToken);
            await TryPrepareAsync(stoppingToken);
        }
    }

    private async Task TryPrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.PrepareAsync(cancellationToken);
            Volatile.Write(ref _isPrepared, true);
        }
        catch (Exception exception) when (StoreProblems.IsUnavailable(exception))
        {
            LogNotReady(logger, exception.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The store of artifact bytes does not answer yet: {Reason}")]
    private static partial void LogNotReady(ILogger logger, string reason);
}
