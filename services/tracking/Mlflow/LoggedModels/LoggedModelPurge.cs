using Platform.EventStore;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Mlflow.LoggedModels;

/// <summary>Deletes logged models for good: those that were deleted long enough ago, and those of runs that are gone.</summary>
internal sealed class LoggedModelPurge(TrackingStore store, TimeProvider clock)
{
    /// <summary>Finds those that were deleted long enough ago, the longest first.</summary>
    public async Task<IReadOnlyList<string>> FindDueAsync(
        DateTimeOffset deletedBefore,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select id from logged_model where deleted_at < $1 order by deleted_at, id limit $2
            """
        );
        command.Parameters.Add(new() { Value = deletedBefore.ToUniversalTime() });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadColumnAsync<string>(cancellationToken);
    }

    /// <summary>Finds runs that are gone and whose models are not: they were purged by a process that then ended.</summary>
    public async Task<IReadOnlyList<string>> FindLeftoversAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select distinct l.run_id from logged_model l
            where l.run_id is not null and not exists (select from run r where r.id = l.run_id)
            order by 1 limit $1
            """
        );
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadColumnAsync<string>(cancellationToken);
    }

    /// <summary>Deletes the models of a run that is gone.</summary>
    /// <returns>False when the run's events do not say that it was purged.</returns>
    public async Task<bool> DeleteLeftoversAsync(
        string runId,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        var (run, _) = await store.LoadAsync(Run.Decider, runId, cancellationToken);
        if (!run.IsPurged)
        {
            return false;
        }

        await PurgeOfRunAsync(runId, metadata, cancellationToken);
        return true;
    }

    /// <summary>Deletes one. Its files follow when the service that keeps them hears of it.</summary>
    public async Task<bool> PurgeAsync(string id, EventMetadata metadata, CancellationToken cancellationToken)
    {
        var outcome = await store.HandleAsync(
            LoggedModel.Decider,
            id,
            model => LoggedModel.Decide(model, new PurgeLoggedModel(), clock.GetUtcNow()),
            metadata with
            {
                CorrelationId = id,
            },
            sideEffects: batch =>
            {
                LoggedModelMetrics.AddDeletion(batch, id);
                batch.Add("delete from run_model where model_id = $1", id);
            },
            cancellationToken: cancellationToken
        );
        return outcome.Events.Count > 0;
    }

    /// <summary>Deletes those of a run that is gone. What is left when this ends early is found as leftovers.</summary>
    public async Task PurgeOfRunAsync(string runId, EventMetadata metadata, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand("select id from logged_model where run_id = $1");
        command.Parameters.Add(new() { Value = runId });
        foreach (var id in await command.ReadColumnAsync<string>(cancellationToken))
        {
            await PurgeAsync(id, metadata, cancellationToken);
        }
    }
}
