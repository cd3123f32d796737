using System.Collections.Concurrent;
using Npgsql;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Blobs.Stores;
using Platform.Contracts.Artifacts;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Retention;

/// <summary>
/// Deletes manifests of purged versions that no other version has, and bytes that no manifest and no run has, beside uploads and new versions.
/// Each step locks its rows and looks again, in a statement of its own, so that it sees what was committed before it got the locks.
/// </summary>
internal sealed partial class BlobCollector(
    ArtifactsStore database,
    IBlobStore bytes,
    RetentionSteps steps,
    ILogger<BlobCollector> logger
)
{
    /// <summary>What nothing needs: no version of an artifact and no run has it.</summary>
    private const string Unnamed = """
        not exists (select from manifest_file f where f.sha256 = b.sha256)
        and not exists (select from run_file r where r.sha256 = b.sha256)
        """;

    private const int StepManifests = 20;
    private const int StepBlobs = 100;

    /// <summary>How long a store may take to delete a blob; an upload of the same bytes waits for it.</summary>
    private static readonly TimeSpan _deleteTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Blobs whose deletion failed: a store may still get to it, when the same bytes have been uploaded again.</summary>
    private readonly ConcurrentDictionary<BlobName, bool> _unsettled = new();

    /// <summary>Deletes what nothing has named, and nobody has asked for or uploaded, since a time; nothing while a backup is made.</summary>
    /// <returns>How many blobs were deleted, and how many things could not be done; the log says why.</returns>
    public async Task<(int Deleted, int Failed)> CollectAsync(
        DateTimeOffset unusedSince,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        if (!await IsLockedAsync(connection, "select pg_try_advisory_lock_shared($1)", cancellationToken))
        {
            LogBackup(logger);
            return (0, 0);
        }

        try
        {
            return await CollectLockedAsync(unusedSince, cancellationToken);
        }
        finally
        {
            await IsLockedAsync(connection, "select pg_advisory_unlock_shared($1)", CancellationToken.None);
        }
    }

    private async Task<(int Deleted, int Failed)> CollectLockedAsync(
        DateTimeOffset unusedSince,
        CancellationToken cancellationToken
    )
    {
        var (deleted, failed) = (0, 0);
        foreach (var name in _unsettled.Keys)
        {
            await TryAsync(
                $"check blob {name}",
                async () =>
                {
                    await HideLostAsync(name, cancellationToken);
                    _unsettled.TryRemove(name, out _);
                }
            );
        }

        await TryAsync("delete manifests of purged versions", () => DeleteManifestsAsync(cancellationToken));
        await TryAsync("hide unused blobs", () => HideAsync(unusedSince, cancellationToken));
        await TryAsync("delete hidden blobs", DeleteHiddenAsync);
        return (deleted, failed);

        async Task DeleteHiddenAsync()
        {
            List<string> hidden = [""];
            do
            {
                hidden = await FindHiddenAsync(unusedSince, hidden[^1], cancellationToken);
                foreach (var sha256 in hidden)
                {
                    var isDeleted = false;
                    var isDone = await TryAsync(
                        $"delete blob {sha256}",
                        async () => isDeleted = await DeleteAsync(sha256, unusedSince, cancellationToken)
                    );
                    deleted += isDeleted ? 1 : 0;
                    if (!isDone)
                    {
                        // It may be the store that fails, and then the others need not be tried.
                        await bytes.CheckAsync(cancellationToken);
                    }
                }
            } while (hidden.Count == StepBlobs);
        }

        async Task<bool> TryAsync(string what, Func<Task> step)
        {
            var isDone = await steps.TryAsync(what, step, cancellationToken);
            failed += isDone ? 0 : 1;
            return isDone;
        }
    }

    private static async Task<bool> IsLockedAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellationToken
    ) => (await ReadAsync(connection, sql, [BlobDeletion.Lock], row => row.GetBoolean(0), cancellationToken))[0];

    private async Task DeleteManifestsAsync(CancellationToken cancellationToken)
    {
        while (await DeleteSomeManifestsAsync(cancellationToken) > 0)
        {
            // Until none is left.
        }
    }

    /// <summary>A version that is being added has locked the row of its manifest, or waits for it and then writes it again.</summary>
    private async Task<int> DeleteSomeManifestsAsync(CancellationToken cancellationToken)
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

    private async Task HideAsync(DateTimeOffset unusedSince, CancellationToken cancellationToken)
    {
        int found;
        var last = (UsedAt: DateTimeOffset.UnixEpoch, Sha256: "");
        do
        {
            (found, last) = await HideSomeAsync(unusedSince, last, cancellationToken);
        } while (found == StepBlobs);
    }

    /// <summary>From here on the blobs count as missing: who wants to use one uploads it again, which shows it again.</summary>
    /// <param name="after">The last one found before: what comes before it, named by manifests or locked, is not read again.</param>
    private async Task<(int Found, (DateTimeOffset UsedAt, string Sha256) Last)> HideSomeAsync(
        DateTimeOffset unusedSince,
        (DateTimeOffset UsedAt, string Sha256) after,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var unused = await ReadAsync(
            connection,
            $"""
            select used_at, sha256 from blob b
            where used_at < $1 and (used_at, sha256) > ($2, $3) and not hidden
              and {Unnamed}
            order by used_at, sha256 limit {StepBlobs} for update skip locked
            """,
            [unusedSince, after.UsedAt, after.Sha256],
            row => (UsedAt: row.GetFieldValue<DateTimeOffset>(0), Sha256: row.GetString(1)),
            cancellationToken
        );
        await ReadAsync(
            connection,
            $"""
            update blob b set hidden = true
            where sha256 = any($1) and {Unnamed}
            returning sha256
            """,
            [unused.Select(blob => blob.Sha256).ToArray()],
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        return (unused.Count, unused.LastOrDefault(after));
    }

    /// <summary>Finds hidden blobs by their name. One that something has lost its bytes: its row waits for an upload.</summary>
    private async Task<List<string>> FindHiddenAsync(
        DateTimeOffset unusedSince,
        string after,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(
            connection,
            $"""
            select sha256 from blob b
            where hidden and used_at < $1 and sha256 > $2
              and {Unnamed}
            order by sha256 limit {StepBlobs}
            """,
            [unusedSince, after],
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

        try
        {
            return await DeleteAsync(name, unusedSince, cancellationToken);
        }
        catch
        {
            // An upload that did not wait any more may have shown the row before the bytes were deleted, or before they will be.
            _unsettled[name] = true;
            await HideLostAsync(name, cancellationToken);
            throw;
        }
    }

    private async Task<bool> DeleteAsync(BlobName name, DateTimeOffset unusedSince, CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var locked = await ReadAsync(
            connection,
            "select sha256 from blob where sha256 = $1 and hidden and used_at < $2 for update skip locked",
            [name.Hex, unusedSince],
            cancellationToken
        );
        if (locked.Count == 0)
        {
            return false;
        }

        await ReadAsync(
            connection,
            "delete from blob where sha256 = $1 returning sha256",
            [name.Hex],
            cancellationToken
        );
        // Also when the service stops: what the store has been asked for is waited for.
        using var timeout = new CancellationTokenSource(_deleteTimeout);
        await bytes.DeleteAsync(name, timeout.Token);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    /// <summary>Hides a blob that has been uploaded again and then lost its bytes to a deletion that came late.</summary>
    private async Task HideLostAsync(BlobName name, CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var shown = await ReadAsync(
            connection,
            "select sha256 from blob where sha256 = $1 and not hidden for update",
            [name.Hex],
            cancellationToken
        );
        if (shown.Count == 0 || await bytes.FindSizeAsync(name, cancellationToken) is not null)
        {
            return;
        }

        await ReadAsync(
            connection,
            "update blob set hidden = true where sha256 = $1 returning sha256",
            [name.Hex],
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        LogLost(logger, name.Hex);
    }

    private static Task<List<string>> ReadAsync(
        NpgsqlConnection connection,
        string sql,
        object[] parameters,
        CancellationToken cancellationToken
    ) => ReadAsync(connection, sql, parameters, row => row.GetString(0), cancellationToken);

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection,
        string sql,
        object[] parameters,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(sql, parameters);
        var values = new List<T>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            values.Add(read(reader));
        }

        return values;
    }

    [LoggerMessage(2, LogLevel.Information, "No bytes are deleted while a backup is made")]
    private static partial void LogBackup(ILogger logger);

    [LoggerMessage(
        1,
        LogLevel.Error,
        "The bytes of blob {Sha256} were deleted late, after they had been uploaded again; they have to be uploaded once more"
    )]
    private static partial void LogLost(ILogger logger, string sha256);
}
