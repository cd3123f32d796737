using Npgsql;
using Platform.Contracts.Artifacts;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.RunFiles;

/// <summary>What became of a file that was to be stored.</summary>
internal enum FileOutcome
{
    Added,
    Replaced,

    /// <summary>Its bytes were deleted meanwhile: they have to be uploaded again.</summary>
    BytesGone,

    /// <summary>A folder of this name is there, or a file where a folder would have to be.</summary>
    InTheWay,

    /// <summary>The run was deleted meanwhile.</summary>
    NoRun,

    /// <summary>The file that is there, or that there is none, is not what the request expects.</summary>
    Changed,
}

/// <summary>Stores and finds files of runs. Their bytes are blobs, which files of versions share.</summary>
internal sealed class RunFileStore(ArtifactsStore store)
{
    /// <summary>Sorts after every character of a path.</summary>
    private const string AfterAll = "\U0010FFFF";

    /// <summary>Stores a file, in place of one that is there.</summary>
    /// <param name="condition">What must be there for it.</param>
    public async Task<(FileOutcome Outcome, RunFile? File)> PutAsync(
        string owner,
        string path,
        StoredBlob blob,
        FileCondition condition,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await FindObstacleAsync(connection, owner, path, cancellationToken) is { } obstacle)
        {
            return (obstacle, null);
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.Add("select blobs_check(array[$1])", blob.Sha256);
        batch.Add(
            """
            insert into run_file as f (owner, path, size, sha256) select $1, $2, $3, $4
            where not $5 or exists (select from run_file o where o.owner = $1 and o.path = $2)
            on conflict (owner, path) do update set size = excluded.size, sha256 = excluded.sha256,
              updated_at = case when f.sha256 = excluded.sha256 then f.updated_at else now() end
            where not $6 and ($7::text is null or f.sha256 = $7)
            returning xmax = 0 as is_new, path, size, sha256, updated_at
            """,
            owner,
            path,
            blob.Size,
            blob.Sha256,
            condition.MustExist,
            condition.MustBeNew,
            condition.Sha256
        );
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return (FileOutcome.Changed, null);
            }

            var outcome = reader.Value<bool>("is_new") ? FileOutcome.Added : FileOutcome.Replaced;
            var file = Read(reader);
            await reader.CloseAsync();
            await transaction.CommitAsync(cancellationToken);
            return (outcome, file);
        }
        catch (PostgresException exception)
            when (exception.SqlState is Versions.Manifest.BlobMissing or PostgresErrorCodes.ForeignKeyViolation)
        {
            return (FileOutcome.BytesGone, null);
        }
    }

    /// <summary>One file; null when there is none.</summary>
    public async Task<RunFile?> FindAsync(string owner, string path, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select path, size, sha256, updated_at from run_file
            where owner = $1 and path in ($2, $3) order by path = $2 desc limit 1
            """
        );
        command.Parameters.Add(new() { Value = owner });
        command.Parameters.Add(new() { Value = path });
        // Generated clients encode the slashes of a path; a file's name may have such a text too.
        command.Parameters.Add(new() { Value = ClientText.DecodeSlashes(path) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>The files below a folder, by path.</summary>
    public async Task<IReadOnlyList<RunFile>> FindBelowAsync(
        string owner,
        string folder,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select path, size, sha256, updated_at from run_file
            where owner = $1 and path >= $2 and path < $3 order by path limit $4
            """
        );
        var (from, to) = RangeBelow(folder);
        command.Parameters.Add(new() { Value = owner });
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var files = new List<RunFile>();
        while (await reader.ReadAsync(cancellationToken))
        {
            files.Add(Read(reader));
        }

        return files;
    }

    /// <summary>What is directly in a folder, by name.</summary>
    /// <param name="folder">Empty for all of the run.</param>
    /// <param name="after">The last name of the page before.</param>
    /// <param name="limit">How many entries.</param>
    public async Task<RunFolder> ListAsync(
        string owner,
        string folder,
        string? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select split_part(rest, '/', 1) as name, bool_or(rest like '%/%') as is_folder, sum(size)::bigint as size,
              count(*)::int as files, max(updated_at) as updated_at
            from (
              select substr(path, $4) as rest, size, updated_at from run_file where owner = $1 and path >= $2 and path < $3) f
            where split_part(rest, '/', 1) > $5 collate "C"
            group by 1 order by 1 limit $6
            """
        );
        var (from, to) = RangeBelow(folder);
        command.Parameters.Add(new() { Value = owner });
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        command.Parameters.Add(new() { Value = ClientText.Length(from) + 1 });
        command.Parameters.Add(new() { Value = after ?? "" });
        command.Parameters.Add(new() { Value = limit + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<RunFolderEntry>();
        while (entries.Count < limit && await reader.ReadAsync(cancellationToken))
        {
            entries.Add(
                new RunFolderEntry
                {
                    Name = reader.Value<string>("name"),
                    IsFolder = reader.Value<bool>("is_folder"),
                    Size = reader.Value<long>("size"),
                    Files = reader.Value<int>("files"),
                    UpdatedAt = reader.Value<DateTimeOffset>("updated_at"),
                }
            );
        }

        var hasMore = entries.Count == limit && await reader.ReadAsync(cancellationToken);
        return new RunFolder
        {
            Path = folder,
            Entries = entries,
            Next = hasMore ? entries[^1].Name : null,
        };
    }

    /// <summary>Deletes a file, or a folder with all that is below it.</summary>
    /// <returns>How many files were deleted.</returns>
    public async Task<int> DeleteAsync(string owner, string path, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "delete from run_file where owner = $1 and (path = $2 or (path >= $3 and path < $4))"
        );
        var (from, to) = RangeBelow(path);
        command.Parameters.Add(new() { Value = owner });
        command.Parameters.Add(new() { Value = path });
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A row of <c>path, size, sha256, updated_at</c>.</summary>
    public static RunFile Read(System.Data.Common.DbDataReader row) =>
        new()
        {
            Path = row.Value<string>("path"),
            Size = row.Value<long>("size"),
            Sha256 = row.Value<string>("sha256"),
            UpdatedAt = row.Value<DateTimeOffset>("updated_at"),
        };

    /// <summary>The paths below a folder, from the first and to before the second.</summary>
    public static (string From, string To) RangeBelow(string folder) =>
        folder.Length == 0 ? ("", AfterAll) : ($"{folder}/", $"{folder}/{AfterAll}");

    /// <summary>
    /// Whether a file may be stored. The run's row is locked, so that files of one run come one after the other and none comes after its
    /// run was deleted.
    /// </summary>
    private static async Task<FileOutcome?> FindObstacleAsync(
        NpgsqlConnection connection,
        string owner,
        string path,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("select from file_owner where id = $1 and is_there and not is_deleted for no key update", owner);
        var (from, to) = RangeBelow(path);
        batch.Add(
            """
            select from run_file where owner = $1 and (path = any($2) or (path >= $3 and path < $4)) limit 1
            """,
            owner,
            FoldersOf(path).ToArray(),
            from,
            to
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return FileOutcome.NoRun;
        }

        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? FileOutcome.InTheWay : null;
    }

    private static IEnumerable<string> FoldersOf(string path)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }
    }
}
