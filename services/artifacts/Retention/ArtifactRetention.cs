using Microsoft.Extensions.Options;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Retention;

/// <summary>
/// Deletes what this service keeps no longer: versions that have been in the recycle bin for long enough, and bytes that nothing
/// names.
/// </summary>
internal sealed class ArtifactRetention(
    VersionPurge purge,
    BlobCollector collector,
    IOptions<ArtifactsOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<RetentionService> logger
) : RetentionService(lifetime, clock, logger)
{
    private static readonly EventMetadata _ownAccount = new(
        CausationId: nameof(ArtifactRetention),
        Headers: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [RequestMetadata.Actor] = Caller.Service("artifacts").Subject,
        }
    );

    protected override TimeSpan Interval => options.Value.RetentionInterval;

    protected override async Task SweepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await purge.PurgeDueAsync(now - options.Value.KeepDeleted, _ownAccount, cancellationToken);
        await collector.CollectAsync(now - options.Value.KeepUnused, cancellationToken);
    }
}
