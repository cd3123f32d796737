using Microsoft.Extensions.Options;
using Platform.EventStore;
using Platform.ProjectRetention;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Retention;

/// <summary>
/// Deletes what this service keeps no longer: runs that ended longer ago than their project keeps them go into the recycle bin; runs
/// that have been there for long enough are purged, with their points.
/// </summary>
internal sealed class RunRetention(
    RunHandler runs,
    RunPurge purge,
    RetainedProjects<TrackingStore> projects,
    IOptions<TrackingOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<RetentionService> logger
) : RetentionService(lifetime, clock, logger)
{
    private const int StepRuns = 100;

    /// <summary>What ended was created before, and by that time the index finds it.</summary>
    private static readonly string _ended = $"""
        select id from run r
        where {RetainedProject.Condition("r.project")} and r.created_at < $5 and r.ended_at < $5
          and r.status in ('finished', 'failed', 'interrupted') and not r.is_deleted
        limit $6
        """;

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
        foreach (var project in await projects.ReadAsync(cancellationToken))
        {
            await DeleteEndedAsync(project, now, cancellationToken);
        }

        await purge.PurgeDueAsync(now - options.Value.KeepDeleted, _ownAccount, cancellationToken);
        await purge.DeleteLeftoversAsync(cancellationToken);
    }

    private async Task DeleteEndedAsync(
        RetainedProject project,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<string> ended;
        int deleted;
        do
        {
            deleted = 0;
            ended = await projects.FindAsync(
                project,
                now,
                _ended,
                StepRuns,
                row => row.GetString(0),
                cancellationToken
            );
            foreach (var id in ended)
            {
                // Refused only when its job started again meanwhile.
                var outcome = await runs.HandleAsync(
                    id,
                    new DeleteRun(project.Reason),
                    _ownAccount with
                    {
                        CorrelationId = id,
                    },
                    ifVersion: null,
                    cancellationToken
                );
                deleted += outcome.Events.Count;
            }
        } while (ended.Count == StepRuns && deleted > 0);
    }
}
