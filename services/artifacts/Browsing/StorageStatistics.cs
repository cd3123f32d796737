using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Browsing;

/// <summary>Counts what is stored.</summary>
internal sealed class StorageStatistics(ArtifactsStore store)
{
    public async Task<ArtifactStatistics> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select
              (select count(*) from artifact_summary where latest_version is not null),
              count(v.number) filter (where v.deleted_at is null), count(v.deleted_at),
              coalesce(sum(v.file_count), 0)::bigint + r.files, coalesce(sum(v.size), 0)::bigint + r.bytes,
              b.used, b.used_bytes, b.unused, b.unused_bytes
            from artifact_version v right join (
              select count(*) filter (where used), coalesce(sum(size) filter (where used), 0)::bigint,
                count(*) filter (where not used), coalesce(sum(size) filter (where not used), 0)::bigint
              from (
                select size, exists (select from manifest_file f where f.sha256 = blob.sha256)
                  or exists (select from run_file f where f.sha256 = blob.sha256) as used from blob) blob
            ) b(used, used_bytes, unused, unused_bytes) on true
            cross join (select count(*), coalesce(sum(size), 0)::bigint from run_file) r(files, bytes)
            group by b.used, b.used_bytes, b.unused, b.unused_bytes, r.files, r.bytes
            """
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var logical = reader.GetInt64(4);
        var physical = reader.GetInt64(6);
        // Less than nothing while the bytes of purged versions have yet to be collected.
        var saved = Math.Max(0, logical - physical);
        return new ArtifactStatistics
        {
            Artifacts = reader.GetInt64(0),
            Versions = reader.GetInt64(1),
            DeletedVersions = reader.GetInt64(2),
            Files = reader.GetInt64(3),
            Blobs = reader.GetInt64(5),
            LogicalBytes = logical,
            PhysicalBytes = physical,
            SavedBytes = saved,
            SavedRatio = logical == 0 ? 0 : (double)saved / logical,
            UnreferencedBlobs = reader.GetInt64(7),
            UnreferencedBytes = reader.GetInt64(8),
        };
    }
}
