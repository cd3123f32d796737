using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Platform.Contracts.Artifacts;
using Platform.EventStore;

namespace Platform.Artifacts.Versions;

/// <summary>
/// The files of a version, stored once under their digest. Versions with the same files share one, and events carry
/// only the digest, so that a stream stays small however many files its versions have.
/// </summary>
internal sealed class Manifest
{
    private readonly IReadOnlyList<ArtifactFile> _files;

    public Manifest(IReadOnlyList<ArtifactFile> files)
    {
        _files = files;
        Size = files.Sum(file => file.Size);
        Digest = DigestOf(files);
    }

    public string Digest { get; }

    public int FileCount => _files.Count;

    public long Size { get; }

    /// <summary>The SQL state of a manifest one of whose blobs is not stored, or is being deleted.</summary>
    public const string BlobMissing = "PA001";

    /// <summary>
    /// Stores the manifest in the transaction of the version that uses it. Its row is locked, also when it is there already, so that it
    /// is not deleted in between; the check and the foreign key protect its blobs from deletion.
    /// </summary>
    public void AddTo(NpgsqlBatch batch)
    {
        batch.Add(
            "select blobs_check($1)",
            (object)_files.Select(file => file.Sha256).Distinct(StringComparer.Ordinal).ToArray()
        );
        batch.Add(
            """
            with fresh as (
              insert into manifest (digest) values ($1) on conflict (digest) do update set digest = excluded.digest
              returning digest, xmax = 0 as is_new)
            insert into manifest_file (digest, path, size, sha256, executable)
            select fresh.digest, f.path, f.size, f.sha256, f.executable
            from fresh, unnest($2::varchar[], $3::bigint[], $4::varchar[], $5::boolean[]) f(path, size, sha256, executable)
            where fresh.is_new
            """,
            Digest,
            _files.Select(file => file.Path).ToArray(),
            _files.Select(file => file.Size).ToArray(),
            _files.Select(file => file.Sha256).ToArray(),
            _files.Select(file => file.Executable).ToArray()
        );
    }

    /// <summary>
    /// The same as <c>LC_ALL=C sort | sha256sum</c>: the lines are ordered by their bytes. An <c>x</c> after the size marks programs.
    /// </summary>
    private static string DigestOf(IReadOnlyList<ArtifactFile> files)
    {
        var lines = files
            .Select(file =>
                Encoding.UTF8.GetBytes($"{file.Sha256}  {file.Size}{(file.Executable ? "x" : "")}  {file.Path}\n")
            )
            .ToArray();
        Array.Sort(lines, (a, b) => a.AsSpan().SequenceCompareTo(b));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var line in lines)
        {
            hash.AppendData(line);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
