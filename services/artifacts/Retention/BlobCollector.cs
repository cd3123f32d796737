using Npgsql;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Blobs.Stores;
using Platform.EventStore;

namespace Platform.Artifacts.Retention;

/// <summary>
/// Deletes manifests of purged versions that no other version has, and bytes that no manifest names, beside uploads and new versions.
/// Each step locks its rows and looks again, in a statement of its own, so that it sees what was committed before it got the locks.
/// </summary>
internal sealed class BlobCollector(ArtifactsStore database, IBlobStore bytes)
{
    private const int StepManifests = 20;
    private const int StepBlobs = 100;

    /// <summary>Deletes what nothing has named, and nobody has asked for or uploaded, since a time.</summary>
    /// <returns>How many blobs were deleted.</returns>
    public async Task<int> CollectAsync(DateTimeOffset unusedSince, CancellationToken cancellationToken)
    {
        while (await DeleteManifestsAsync(cancellationToken) > 0)
        {
            // Until none is left.
        }

        while (await HideAsync(unusedSince, cancellationToken) > 0)
        {
            // Hidden ones are not found again.
        }

        var deleted = 0;
        foreach (var name in await FindHiddenAsync(unusedSince, cancellationToken))
        {
            deleted += await DeleteAsync(name, unusedSince, cancellationToken) ? 1 : 0;
        }

        return deleted;
    }

    /// <summary>A version that is being added has locked the row of its manifest, or waits for it and then writes it again.</summary>
    private async Task<int> DeleteManifestsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var purged = await ReadAsync(
            connection,
            $"select digest from purged_manifest limit {StepManifests} for update skip locked",
            [],
            cancellationToken
        );
        await ReadAsync(
            connection,
            "select digest from manifest where digest = any($1) order by digest for update",
            [purged.ToArray()],
            cancellationToken
        );
        await ReadAsync(
            connection,
            """
            delete from manifest m
            where m.digest = any($1) and not exists (select from artifact_version v where v.digest = m.digest)
            returning m.digest
            """,
            [purged.ToArray()],
            cancellationToken
        );
        await ReadAsync(
            connection,
            "delete from purged_manifest where digest = any($1) returning digest",
            [purged.ToArray()],
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        return purged.Count;
    }

    /// <summary>From here on the blobs count as missing: who wants to use one uploads it again, which shows it again.</summary>
    private async Task<int> HideAsync(DateTimeOffset unusedSince, CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var unused = await ReadAsync(
            connection,
            $"""
            select sha256 from blob b
            where used_at < $1 and not hidden and not exists (select from manifest_file f where f.sha256 = b.sha256)
            limit {StepBlobs} for update skip locked
            """,
            [unusedSince],
            cancellationToken
        );
        var hidden = await ReadAsync(
            connection,
            """
            update blob b set hidden = true
            where sha256 = any($1) and not exists (select from manifest_file f where f.sha256 = b.sha256)
            returning sha256
            """,
            [unused.ToArray()],
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        return hidden.Count;
    }

    private async Task<List<string>> FindHiddenAsync(DateTimeOffset unusedSince, CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(
            connection,
            "select sha256 from blob where hidden and used_at < $1 order by sha256",
            [unusedSince],
            cancellationToken
        );
    }

    /// <summary>
    /// Deletes the row, then the bytes, then commits: an upload of the same bytes waits for that, and a process that dies in between
    /// leaves the row hidden.
    /// </summary>
    private async Task<bool> DeleteAsync(string sha256, DateTimeOffset unusedSince, CancellationToken cancellationToken)
    {
        if (!BlobName.TryParse(sha256, out var name))
        {
            return false;
        }

        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var locked = await ReadAsync(
            connection,
            "select sha256 from blob where sha256 = $1 and hidden and used_at < $2 for update skip locked",
            [sha256, unusedSince],
            cancellationToken
        );
        if (locked.Count == 0)
        {
            return false;
        }

        await ReadAsync(connection, "delete from blob where sha256 = $1 returning sha256", [sha256], cancellationToken);
        await bytes.DeleteAsync(name, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static async Task<List<string>> ReadAsync(
        NpgsqlConnection connection,
        string sql,
        object[] parameters,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(sql, parameters);
        var values = new List<string>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }
}
