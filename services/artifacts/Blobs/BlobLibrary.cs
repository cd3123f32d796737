using System.Collections.Concurrent;
using Npgsql;
using Platform.Artifacts.Blobs.Stores;
using Platform.Contracts.Artifacts;
using Platform.EventStore;

namespace Platform.Artifacts.Blobs;

/// <summary>
/// The known blobs: one row each, and the bytes in the store. A blob without its bytes counts as missing, so that an
/// upload repairs it.
/// </summary>
internal sealed class BlobLibrary(ArtifactsStore database, IBlobStore bytes, BlobIntake intake)
{
    /// <summary>How many questions a store is asked at the same time.</summary>
    private const int StoreRequests = 16;

    /// <summary>Receives a body of any length.</summary>
    public Task<IncomingBlob> ReceiveAsync(Stream body, CancellationToken cancellationToken) =>
        intake.ReceiveAsync(body, cancellationToken);

    /// <summary>Finds a blob; null when it has to be uploaded. One that is found stays for a while, also when nothing names it.</summary>
    public async Task<StoredBlob?> FindAsync(BlobName name, CancellationToken cancellationToken)
    {
        await using var batch = database.DataSource.CreateBatch();
        AddUse(batch, [name]);
        batch.Add("select size from blob where sha256 = $1 and not hidden", name.Hex);
        return
            await batch.ExecuteScalarAsync(cancellationToken) is long size
            && await bytes.FindSizeAsync(name, cancellationToken) == size
            ? new StoredBlob { Sha256 = name.Hex, Size = size }
            : null;
    }

    /// <summary>Stores verified bytes.</summary>
    public async Task<StoredBlob> KeepAsync(IncomingBlob incoming, CancellationToken cancellationToken)
    {
        await AnnounceAsync([incoming], cancellationToken);
        await bytes.KeepAsync(incoming, cancellationToken);
        await RevealAsync([incoming], cancellationToken);
        return new StoredBlob { Sha256 = incoming.Name.Hex, Size = incoming.Size };
    }

    /// <summary>Stores many verified blobs, which costs little more than one.</summary>
    public async Task KeepAsync(IReadOnlyCollection<IncomingBlob> incoming, CancellationToken cancellationToken)
    {
        // What is stored stays as it is: its bytes are durable already.
        var missing = (await FindMissingAsync([.. incoming.Select(blob => blob.Name).Distinct()], cancellationToken))
            .Join(incoming.DistinctBy(blob => blob.Name), name => name, blob => blob.Name, (_, blob) => blob)
            .ToList();
        if (missing.Count == 0)
        {
            return;
        }

        await AnnounceAsync(missing, cancellationToken);
        await bytes.KeepAsync(missing, cancellationToken);
        await RevealAsync(missing, cancellationToken);
    }

    /// <summary>
    /// Writes the rows before the bytes, so that bytes whose upload dies are found and deleted. They are hidden until the bytes are
    /// there: no row that others see is without its bytes.
    /// </summary>
    private async Task AnnounceAsync(List<IncomingBlob> incoming, CancellationToken cancellationToken)
    {
        await using var batch = database.DataSource.CreateBatch();
        batch.Add(
            """
            insert into blob (sha256, size, hidden)
            select sha256, size, true from unnest($1::varchar[], $2::bigint[]) as u (sha256, size) order by sha256
            on conflict (sha256) do update set used_at = now()
            """,
            incoming.Select(blob => blob.Name.Hex).ToArray(),
            incoming.Select(blob => blob.Size).ToArray()
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Shows the rows of bytes that are stored. Their rows are locked first, so that no collection deletes the bytes in between; one that
    /// had begun before the upload may have deleted both.
    /// </summary>
    /// <exception cref="BlobCollectedException">That happened; nothing is lost but the upload.</exception>
    private async Task RevealAsync(List<IncomingBlob> incoming, CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            "select from blob where sha256 = any($1) order by sha256 for update",
            (object)incoming.Select(blob => blob.Name.Hex).ToArray()
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
        var stored = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(
            incoming,
            new ParallelOptions { MaxDegreeOfParallelism = StoreRequests, CancellationToken = cancellationToken },
            async (blob, token) =>
            {
                if (await bytes.FindSizeAsync(blob.Name, token) == blob.Size)
                {
                    stored.Add(blob.Name.Hex);
                }
            }
        );
        await using var reveal = new NpgsqlBatch(connection);
        reveal.Add("update blob set hidden = false, used_at = now() where sha256 = any($1)", (object)stored.ToArray());
        if (await reveal.ExecuteNonQueryAsync(cancellationToken) < incoming.Count)
        {
            throw new BlobCollectedException();
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Whoever asks for a blob is about to use it. Seldom enough that asking costs no writing.</summary>
    private static void AddUse(NpgsqlBatch batch, IReadOnlyCollection<BlobName> names) =>
        batch.Add(
            """
            with locked as (
              select sha256 from blob
              where sha256 = any($1) and not hidden and used_at < now() - interval '10 minutes'
              order by sha256 for update)
            update blob b set used_at = now() from locked where b.sha256 = locked.sha256
            """,
            (object)names.Select(name => name.Hex).ToArray()
        );

    /// <summary>Those of some blobs that have to be uploaded.</summary>
    public async Task<IReadOnlyList<BlobName>> FindMissingAsync(
        IReadOnlyList<BlobName> names,
        CancellationToken cancellationToken
    )
    {
        var known = new Dictionary<string, long>(StringComparer.Ordinal);
        await using (var batch = database.DataSource.CreateBatch())
        {
            AddUse(batch, names);
            batch.Add(
                "select sha256, size from blob where sha256 = any($1) and not hidden",
                (object)names.Select(name => name.Hex).ToArray()
            );
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                known.Add(reader.GetString(0), reader.GetInt64(1));
            }
        }

        var missing = new ConcurrentBag<BlobName>();
        await Parallel.ForEachAsync(
            names,
            new ParallelOptions { MaxDegreeOfParallelism = StoreRequests, CancellationToken = cancellationToken },
            async (name, token) =>
            {
                if (!known.TryGetValue(name.Hex, out var size) || await bytes.FindSizeAsync(name, token) != size)
                {
                    missing.Add(name);
                }
            }
        );
        return [.. missing];
    }

    /// <summary>Opens the bytes as a seekable stream; null when there is no such blob.</summary>
    public Task<Stream?> OpenAsync(BlobName name, CancellationToken cancellationToken) =>
        bytes.OpenAsync(name, cancellationToken);

    /// <summary>Returns the files whose bytes are not stored with that size.</summary>
    public async Task<IReadOnlyList<ArtifactFile>> FindMissingAsync(
        IReadOnlyList<ArtifactFile> files,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.DataSource.CreateCommand(
            """
            select f.ord from unnest($1, $2) with ordinality f(sha256, size, ord)
            where not exists (select from blob b where b.sha256 = f.sha256 and b.size = f.size and not b.hidden)
            order by f.ord
            """
        );
        command.Parameters.Add(new() { Value = files.Select(file => file.Sha256).ToArray() });
        command.Parameters.Add(new() { Value = files.Select(file => file.Size).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var missing = new List<ArtifactFile>();
        while (await reader.ReadAsync(cancellationToken))
        {
            missing.Add(files[(int)reader.GetInt64(0) - 1]);
        }

        return missing;
    }
}

/// <summary>Bytes were deleted while the same bytes were uploaded; the upload has to be repeated.</summary>
internal sealed class BlobCollectedException() : Exception("The bytes were deleted while they were uploaded again.");
