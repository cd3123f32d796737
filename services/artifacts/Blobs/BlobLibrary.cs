using System.Collections.Concurrent;
using Platform.Artifacts.Blobs.Stores;
using Platform.Contracts.Artifacts;

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

    /// <summary>Finds a blob; null when it has to be uploaded.</summary>
    public async Task<StoredBlob?> FindAsync(BlobName name, CancellationToken cancellationToken)
    {
        await using var command = database.DataSource.CreateCommand("select size from blob where sha256 = $1");
        command.Parameters.Add(new() { Value = name.Hex });
        return
            await command.ExecuteScalarAsync(cancellationToken) is long size
            && await bytes.FindSizeAsync(name, cancellationToken) == size
            ? new StoredBlob { Sha256 = name.Hex, Size = size }
            : null;
    }

    /// <summary>Stores verified bytes; the row is written last, so that a row never exists without its bytes.</summary>
    public async Task<StoredBlob> KeepAsync(IncomingBlob incoming, CancellationToken cancellationToken)
    {
        await bytes.KeepAsync(incoming, cancellationToken);
        await using var command = database.DataSource.CreateCommand(
            "insert into blob (sha256, size) values ($1, $2) on conflict (sha256) do nothing"
        );
        command.Parameters.Add(new() { Value = incoming.Name.Hex });
        command.Parameters.Add(new() { Value = incoming.Size });
        await command.ExecuteNonQueryAsync(cancellationToken);
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

        await bytes.KeepAsync(missing, cancellationToken);
        await using var command = database.DataSource.CreateCommand(
            "insert into blob (sha256, size) select * from unnest($1::varchar[], $2::bigint[]) on conflict (sha256) do nothing"
        );
        command.Parameters.Add(new() { Value = missing.Select(blob => blob.Name.Hex).ToArray() });
        command.Parameters.Add(new() { Value = missing.Select(blob => blob.Size).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Those of some blobs that have to be uploaded.</summary>
    public async Task<IReadOnlyList<BlobName>> FindMissingAsync(
        IReadOnlyList<BlobName> names,
        CancellationToken cancellationToken
    )
    {
        var known = new Dictionary<string, long>(StringComparer.Ordinal);
        await using (
            var command = database.DataSource.CreateCommand("select sha256, size from blob where sha256 = any($1)")
        )
        {
            command.Parameters.Add(new() { Value = names.Select(name => name.Hex).ToArray() });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
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
            where not exists (select from blob b where b.sha256 = f.sha256 and b.size = f.size)
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
