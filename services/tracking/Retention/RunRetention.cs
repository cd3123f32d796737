using Microsoft.Extensions.Options;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Retention;

/// <summary>
/// Deletes what this service keeps no longer: runs that have been in the recycle bin for long enough, and the points of purged runs.
/// </summary>
internal sealed class RunRetention(
    RunPurge purge,
    IOptions<TrackingOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<RetentionService> logger
) : RetentionService(lifetime, clock, logger)
{
    private static readonly EventMetadata _ownAccount = new(
        CausationId: nameof(RunRetention),
        Headers: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [RequestMetadata.Actor] = Caller.Service("tracking").Subject,
        }
    );

    protected override TimeSpan Interval => options.Value.RetentionInterval;

    protected override async Task SweepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await purge.PurgeDueAsync(now - options.Value.KeepDeleted, _ownAccount, cancellationToken);
        await purge.DeleteLeftoversAsync(cancellationToken);
    }
}
