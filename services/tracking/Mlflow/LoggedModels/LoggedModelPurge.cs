using Platform.EventStore;

namespace Platform.Tracking.Mlflow.LoggedModels;

/// <summary>Deletes logged models for good: those that were deleted long enough ago, and those of runs that are gone.</summary>
internal sealed class LoggedModelPurge(TrackingStore store, TimeProvider clock)
{
    /// <summary>Finds those that are to go, the longest deleted first.</summary>
    public async Task<IReadOnlyList<string>> FindDueAsync(
        DateTimeOffset deletedBefore,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select l.id from logged_model l
            where l.deleted_at < $1
              or (l.run_id is not null and not exists (select from run r where r.id = l.run_id))
            order by l.deleted_at, l.id limit $2
            """
        );
        command.Parameters.Add(new() { Value = deletedBefore.ToUniversalTime() });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadColumnAsync<string>(cancellationToken);
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

    /// <summary>Deletes those of a run that is gone. What is left when this ends early is found as due.</summary>
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
