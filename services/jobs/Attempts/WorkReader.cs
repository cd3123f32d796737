using Platform.EventStore;
using Platform.Jobs.Browsing;
using Platform.Jobs.Training;

namespace Platform.Jobs.Attempts;

/// <summary>What a job's attempt runs.</summary>
/// <param name="Attempt">The current attempt.</param>
/// <param name="IsPlaced">Whether the attempt has nodes: it is placed or running.</param>
/// <param name="Files">The job's own files: content by path.</param>
internal sealed record StoredWork(
    int Attempt,
    bool IsPlaced,
    Guid RunId,
    JobSpec Spec,
    IReadOnlyDictionary<string, string> Files
);

/// <summary>Reads what a job's attempt runs.</summary>
internal sealed class WorkReader(JobsStore store)
{
    /// <returns>Null when there is no such job.</returns>
    public async Task<StoredWork?> FindAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            select s.attempt, s.status in ('placed', 'running'), s.run_id, d.spec
            from job_summary s join job_spec d on d.job_id = s.job_id where s.job_id = $1
            """,
            jobId
        );
        batch.Add("select path, content from job_file where job_id = $1", jobId);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var (attempt, isPlaced, runId) = (reader.GetInt32(0), reader.GetBoolean(1), reader.GetGuid(2));
        var spec = JobReader.ReadSpec(await reader.GetFieldValueAsync<byte[]>(3, cancellationToken));
        await reader.NextResultAsync(cancellationToken);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            files.Add(reader.GetString(0), reader.GetString(1));
        }

        return new StoredWork(attempt, isPlaced, runId, spec, files);
    }
}
