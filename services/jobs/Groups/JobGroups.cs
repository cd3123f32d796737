using Npgsql;
using Platform.Contracts.Sentences;
using Platform.EventStore;
using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Groups;

/// <summary>Cancels the jobs that belong to a cancelled job.</summary>
internal sealed class JobGroups(JobsStore store, JobDecisions jobs)
{
    private const string Unended = "c.status not in ('succeeded', 'failed', 'cancelled') and not c.stopping";

    private static readonly EventMetadata _ownAccount = new(
        CausationId: nameof(JobGroups),
        Headers: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [StoredEvent.ActorHeader] = Caller.Service("jobs").Subject,
        }
    );

    /// <summary>Cancels the children of a job that have not ended; theirs follow from their own cancellation.</summary>
    public Task CancelChildrenAsync(Guid parentId, EventMetadata metadata, CancellationToken cancellationToken) =>
        CancelAsync(
            $"select c.job_id from job_summary c where c.parent_id = $1 and {Unended}",
            [parentId],
            metadata,
            cancellationToken
        );

    /// <summary>Why a job cannot be retried: its parent was cancelled or is being stopped, so that its children are cancelled too.</summary>
    /// <returns>Null when that is not so.</returns>
    public async Task<Sentence?> FindStoppedParentAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select p.is_deleted from job_summary c join job_summary p on p.job_id = c.parent_id
            where c.job_id = $1 and (p.status = 'cancelled' or p.stopping)
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = jobId });
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            true => JobSentences.ParentInBin,
            false => JobSentences.ParentStopped,
            _ => null,
        };
    }

    /// <summary>Cancels children of cancelled jobs whose command to do so was lost.</summary>
    public Task CancelForgottenAsync(CancellationToken cancellationToken) =>
        CancelAsync(
            $"""
            select c.job_id from job_summary c join job_summary p on p.job_id = c.parent_id
            where c.parent_id is not null and {Unended} and p.status = 'cancelled'
            """,
            [],
            _ownAccount,
            cancellationToken
        );

    private async Task CancelAsync(
        string sql,
        object[] parameters,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        foreach (var child in await FindAsync(sql, parameters, cancellationToken))
        {
            // Refused only when it has ended meanwhile.
            await jobs.HandleAsync(
                child,
                new CancelJob(),
                metadata with
                {
                    CorrelationId = JobDecisions.StreamOf(child),
                },
                cancellationToken: cancellationToken
            );
        }
    }

    private async Task<List<Guid>> FindAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        return await command.ReadColumnAsync<Guid>(cancellationToken);
    }
}
