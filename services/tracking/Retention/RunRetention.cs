using Microsoft.Extensions.Options;
using Platform.EventStore;
using Platform.ProjectRetention;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Retention;

/// <summary>
/// Deletes what this service keeps no longer: runs that have ended, and took neither a change nor a point for as long as their project
/// keeps them, go into the recycle bin; runs that have been there for long enough are purged, with their points.
/// </summary>
internal sealed partial class RunRetention(
    RunHandler runs,
    RunPurge purge,
    RetainedProjects<TrackingStore> projects,
    IOptions<TrackingOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<RetentionService> logger
) : RetentionService(lifetime, clock, logger)
{
    private const int Step = 100;

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
            [RequestMetadata.Actor] = Caller.Service("tracking").Subject,
        }
    );

    private readonly ILogger _logger = logger;

    protected override TimeSpan Interval => options.Value.RetentionInterval;

    /// <summary>What fails, be it one run or one part, is left for the next sweep and holds up nothing else.</summary>
    protected override async Task SweepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var deletedBefore = now - options.Value.KeepDeleted;
        await DeleteAsync(
            "purged",
            limit => purge.FindDueAsync(deletedBefore, limit, cancellationToken),
            async id => (await purge.PurgeAsync(id, dryRun: false, _ownAccount, cancellationToken)).Done,
            cancellationToken
        );
        await DeleteAsync(
            "cleared of points",
            limit => purge.FindLeftoversAsync(limit, cancellationToken),
            async series =>
            {
                await purge.DeleteLeftoversAsync(series, cancellationToken);
                return true;
            },
            cancellationToken
        );
        foreach (var project in await projects.ReadAsync(cancellationToken))
        {
            await DeleteAsync(
                "deleted",
                limit => projects.FindAsync(project, now, _ended, limit, row => row.GetString(0), cancellationToken),
                id => DeleteEndedAsync(project, id, cancellationToken),
                cancellationToken
            );
        }
    }

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

    /// <summary>Deletes all that a query finds, some at a time.</summary>
    /// <param name="done">What is done to each, for the log.</param>
    /// <param name="find">Finds at most so many.</param>
    /// <param name="delete">Deletes one, or says that it stays.</param>
    private async Task DeleteAsync<T>(
        string done,
        Func<int, Task<IReadOnlyList<T>>> find,
        Func<T, Task<bool>> delete,
        CancellationToken cancellationToken
    )
        where T : notnull
    {
        // They are found again, so that as many more are asked for.
        var left = new HashSet<T>();
        int limit;
        IReadOnlyList<T> found;
        do
        {
            limit = Step + left.Count;
            try
            {
                found = await find(limit);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                LogNotFound(_logger, exception, done);
                return;
            }

            foreach (var item in found.Where(item => !left.Contains(item)))
            {
                try
                {
                    if (!await delete(item))
                    {
                        left.Add(item);
                    }
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    LogLeft(_logger, exception, item, done);
                    left.Add(item);
                }
            }
        } while (found.Count == limit);
    }

    [LoggerMessage(2, LogLevel.Warning, "{Item} could not be {Done}; trying again")]
    private static partial void LogLeft(ILogger logger, Exception exception, object item, string done);

    [LoggerMessage(3, LogLevel.Warning, "What is to be {Done} could not be found; trying again")]
    private static partial void LogNotFound(ILogger logger, Exception exception, string done);
}
