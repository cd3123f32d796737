using System.Runtime.CompilerServices;
using Npgsql;
using Platform.EventStore;

namespace Platform.Tracking.Exporting;

/// <summary>A log of a run that came with an archive.</summary>
internal sealed record RunLog(string Name, long Size);

/// <summary>
/// Logs that came with archives. Those of jobs are in the jobs service; where a run was imported, its job is not.
/// </summary>
internal sealed class RunLogs(TrackingStore store)
{
    public static readonly Migration Migration = new(
        "030_run_log",
        """
        create table run_log (
          run_id text not null,
          name text not null,
          part int not null,
          content bytea not null,
          primary key (run_id, name, part));
        """
    );

    /// <summary>Deletes the logs of the run that is the command's first parameter.</summary>
    public const string DeleteSql = "delete from run_log where run_id = $1";

    /// <summary>A log is stored in parts of this size, so that none is ever in memory as a whole.</summary>
    private const int PartBytes = 512 * 1024;

    /// <summary>What logs a run has, by name.</summary>
    public async IAsyncEnumerable<RunLog> ListAsync(
        string runId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            "select name, sum(length(content))::bigint from run_log where run_id = $1 group by name order by name"
        );
        command.Parameters.Add(new() { Value = runId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return new RunLog(reader.GetString(0), reader.GetInt64(1));
        }
    }

    /// <summary>Copies a log.</summary>
    /// <returns>False when there is none of this name; nothing is written then.</returns>
    public async Task<bool> CopyAsync(string runId, string name, Stream output, CancellationToken cancellationToken)
    {
        for (var part = 0; ; part++)
        {
            await using var command = store.DataSource.CreateCommand(
                "select content from run_log where run_id = $1 and name = $2 and part = $3"
            );
            command.Parameters.Add(new() { Value = runId });
            command.Parameters.Add(new() { Value = name });
            command.Parameters.Add(new() { Value = part });
            if (await command.ExecuteScalarAsync(cancellationToken) is not byte[] content)
            {
                return part > 0;
            }

            await output.WriteAsync(content, cancellationToken);
        }
    }

    /// <summary>Stores a log, as a whole or not at all; one that is there stays as it is.</summary>
    /// <returns>False when there was one of this name.</returns>
    public async Task<bool> StoreAsync(string runId, string name, Stream content, CancellationToken cancellationToken)
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var buffer = new byte[PartBytes];
        for (var part = 0; ; part++)
        {
            var read = await content.ReadAtLeastAsync(buffer, PartBytes, throwOnEndOfStream: false, cancellationToken);
            // An empty log is there, too.
            if (read == 0 && part > 0)
            {
                break;
            }

            await using var command = new NpgsqlCommand(
                """
                insert into run_log (run_id, name, part, content) select $1, $2, $3, $4
                where exists (select from run where id = $1) on conflict do nothing
                """,
                connection
            );
            command.Parameters.Add(new() { Value = runId });
            command.Parameters.Add(new() { Value = name });
            command.Parameters.Add(new() { Value = part });
            command.Parameters.Add(new() { Value = buffer.AsMemory(0, read) });
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return false;
            }

            if (read < PartBytes)
            {
                break;
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
