using Microsoft.Extensions.Options;
using Platform.EventStore;
using Platform.JobAttempts;
using Platform.ProjectRetention;
using Platform.ServiceDefaults;
using Platform.Tracking.Metrics.Storage;
using Platform.Tracking.Mlflow.Inputs;
using Platform.Tracking.Mlflow.LoggedModels;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Retention;

/// <summary>
/// Deletes what this service keeps no longer: runs that have ended, and took neither a change nor a point for as long as their project
/// keeps them, go into the recycle bin; runs that have been there for long enough are purged, with their points. Moves points of before
/// there were chunks into chunks.
/// </summary>
internal sealed class RunRetention(
    RunHandler runs,
    RunPurge purge,
    LoggedModelPurge models,
    RunInputs inputs,
    OldPointsMover mover,
    JobAttempts<TrackingStore> attempts,
    RetentionSteps steps,
    RetainedProjects<TrackingStore> projects,
    IOptions<TrackingOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<RetentionService> logger
) : RetentionService(lifetime, clock, logger)
{
    /// <summary>
    /// The last change counts, not the end, which stays that of the first time when the id of a run is used again. What was changed was
    /// created before, and by that time the index finds it.
    /// </summary>
    private static readonly string _ended = $"""
        select id from run r
        where {RetainedProject.Condition("r.project")} and r.created_at < $5 and r.updated_at < $5
          and r.status in ('finished', 'failed', 'interrupted') and not r.is_deleted
          and not exists (select from metric_run m where m.run_id = r.id and m.logged_at >= $5)
        limit $6
        """;

    private static readonly EventMetadata _ownAccount = new(
        CausationId: nameof(RunRetention),
        Headers: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [StoredEvent.ActorHeader] = Caller.Service("tracking").Subject,
        }
    );

    protected override TimeSpan Interval => options.Value.RetentionInterval;

    protected override async Task SweepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var deletedBefore = now - options.Value.KeepDeleted;
        await steps.ForEachAsync(
            "purge runs that were in the recycle bin for long enough",
            limit => purge.FindDueAsync(deletedBefore, limit, cancellationToken),
            id => $"purge run {id}",
            async id => (await purge.PurgeAsync(id, dryRun: false, _ownAccount, cancellationToken)).Done,
            cancellationToken
        );
        await PurgeModelsAsync(deletedBefore, cancellationToken);
        await steps.ForEachAsync(
            "delete the points of purged runs",
            limit => purge.FindLeftoversAsync(limit, cancellationToken),
            series => $"delete the points of series {series}",
            async series =>
            {
                await purge.DeleteLeftoversAsync(series, cancellationToken);
                return true;
            },
            cancellationToken
        );
        await steps.TryAsync(
            "forget attempts of purged jobs",
            () => attempts.ForgetPurgedAsync(now, cancellationToken),
            cancellationToken
        );
        await steps.ForEachAsync(
            "move points into chunks",
            limit => mover.FindAsync(limit, cancellationToken),
            series => $"move the points of series {series}",
            series => mover.MoveAsync(series, cancellationToken),
            cancellationToken
        );
        await steps.TryAsync(
            "delete runs that projects keep no longer",
            async () =>
            {
                foreach (var project in await projects.ReadAsync(cancellationToken))
                {
                    await DeleteEndedAsync(project, now, cancellationToken);
                }
            },
            cancellationToken
        );
    }

    /// <summary>Deletes logged models and datasets that are kept no longer.</summary>
    private async Task PurgeModelsAsync(DateTimeOffset deletedBefore, CancellationToken cancellationToken)
    {
        await steps.ForEachAsync(
            "purge logged models that were deleted long enough ago",
            limit => models.FindDueAsync(deletedBefore, limit, cancellationToken),
            id => $"purge logged model {id}",
            id => models.PurgeAsync(id, _ownAccount, cancellationToken),
            cancellationToken
        );
        await steps.ForEachAsync(
            "purge logged models of purged runs",
            limit => models.FindLeftoversAsync(limit, cancellationToken),
            run => $"purge logged models of run {run}",
            run => models.DeleteLeftoversAsync(run, _ownAccount, cancellationToken),
            cancellationToken
        );
        await steps.ForEachAsync(
            "delete datasets that no run reads",
            limit => inputs.FindUnusedAsync(limit, cancellationToken),
            id => $"delete dataset {id}",
            async id =>
            {
                await inputs.DeleteUnusedAsync(id, cancellationToken);
                return true;
            },
            cancellationToken
        );
    }

    private Task DeleteEndedAsync(RetainedProject project, DateTimeOffset now, CancellationToken cancellationToken) =>
        steps.ForEachAsync(
            $"delete runs that project '{project.Path}' keeps no longer",
            limit => projects.FindAsync(project, now, _ended, limit, row => row.GetString(0), cancellationToken),
            id => $"delete run {id}",
            id => DeleteEndedAsync(project, id, cancellationToken),
            cancellationToken
        );

    /// <summary>Moves a run into the recycle bin.</summary>
    /// <returns>False when it stays, because its job started again meanwhile.</returns>
    private async Task<bool> DeleteEndedAsync(RetainedProject project, string id, CancellationToken cancellationToken)
    {
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
        return outcome.Events.Count > 0;
    }
}
