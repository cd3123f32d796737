using Npgsql;
using NpgsqlTypes;
using Platform.Contracts.Artifacts;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.RunFiles;

/// <summary>Stores which files of a run are media, and finds them.</summary>
internal sealed class RunMediaStore(ArtifactsStore store)
{
    /// <summary>Adds what is not there yet.</summary>
    /// <returns>The index of one whose file is missing, and nothing is stored; null when all are.</returns>
    public async Task<int?> AddAsync(string owner, IReadOnlyList<RunMedia> items, CancellationToken cancellationToken)
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        // The files stay until the end of the transaction.
        batch.Add(
            "select path from run_file where owner = $1 and path = any($2) order by path for share",
            owner,
            items.Select(item => item.Path).Distinct(StringComparer.Ordinal).ToArray()
        );
        var known = new HashSet<string>(StringComparer.Ordinal);
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                known.Add(reader.GetString(0));
            }
        }

        for (var i = 0; i < items.Count; i++)
        {
            if (!known.Contains(items[i].Path))
            {
                return i;
            }
        }

        await using var insert = new NpgsqlBatch(connection);
        insert.Add(
            """
            insert into run_media (owner, key, step, path, kind, caption, at)
            select $1, * from unnest($2, $3, $4, $5, $6, $7) on conflict do nothing
            """,
            owner,
            items.Select(item => item.Key).ToArray(),
            items.Select(item => item.Step).ToArray(),
            items.Select(item => item.Path).ToArray(),
            items.Select(item => item.Kind).ToArray(),
            new NpgsqlParameter
            {
                Value = items.Select(item => item.Caption).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            },
            items.Select(item => item.At.ToUniversalTime()).ToArray()
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    /// <summary>What media a run has, by key.</summary>
    public async Task<IReadOnlyList<RunMediaKey>> ReadKeysAsync(
        string owner,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select key, kind, count(*) as count, min(step) as first_step, max(step) as last_step
            from run_media where owner = $1 group by key, kind order by key, kind limit $2
            """
        );
        command.Parameters.Add(new() { Value = owner });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<RunMediaKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(
                new RunMediaKey
                {
                    Key = reader.Value<string>("key"),
                    Kind = reader.Value<string>("kind"),
                    Count = reader.Value<long>("count"),
                    FirstStep = reader.Value<long>("first_step"),
                    LastStep = reader.Value<long>("last_step"),
                }
            );
        }

        return keys;
    }
}
