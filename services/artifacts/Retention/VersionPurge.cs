using Npgsql;
using Platform.Artifacts.Versions;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Retention;

/// <summary>Deletes versions for good. Their bytes follow when nothing else names them (<see cref="BlobCollector"/>).</summary>
internal sealed class VersionPurge(
    ArtifactsStore store,
    ArtifactWriter writer,
    RetentionSteps steps,
    TimeProvider clock
)
{
    private const int MaxListed = 1000;

    /// <summary>Deletes versions that are in the recycle bin, or says what that would delete.</summary>
    /// <param name="ids">As <c>name:3</c>.</param>
    public async Task<PurgedVersions> PurgeAsync(
        IReadOnlyList<string> ids,
        bool dryRun,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        // 'a:1' and 'a:v1' are the same version.
        var asked = ids.Select(id => (Id: id, Version: ParseId(id))).ToList();
        var due = new List<(string Name, int Number)>();
        var refusals = new Dictionary<(string Name, int Number), Refusal>();
        foreach (var version in asked.Select(item => item.Version).OfType<(string Name, int Number)>().Distinct())
        {
            var (artifact, _) = await store.LoadAsync(Artifact.Decider, version.Name, cancellationToken);
            if (
                Artifact.Decide(artifact, new PurgeVersion(version.Number), clock.GetUtcNow())
                is Decision<ArtifactEvent>.Refused refused
            )
            {
                refusals[version] = refused.Refusal;
                continue;
            }

            due.Add(version);
        }

        var content = await ReadAsync(due, cancellationToken);
        if (!dryRun)
        {
            foreach (var version in due)
            {
                if (await PurgeAsync(version.Name, version.Number, metadata, cancellationToken) is { } refusal)
                {
                    // It was restored meanwhile.
                    refusals[version] = refusal;
                }
            }
        }

        return new PurgedVersions(
            dryRun,
            [
                .. asked.Select(item =>
                    item.Version is not { } version ? BatchItem.Refused(item.Id, Artifact.NoSuchVersion)
                    : refusals.TryGetValue(version, out var refusal) ? BatchItem.Refused(item.Id, refusal)
                    : new BatchItem(item.Id, Done: true)
                ),
            ],
            content
        );
    }

    private static (string Name, int Number)? ParseId(string id) =>
        ArtifactNames.TryParseVersionId(id, out var name, out var number) ? (name, number) : null;

    /// <summary>Deletes the versions that have been in the recycle bin since before a time.</summary>
    public Task PurgeDueAsync(
        DateTimeOffset deletedBefore,
        EventMetadata metadata,
        CancellationToken cancellationToken
    ) =>
        steps.ForEachAsync(
            "purge versions that were in the recycle bin for long enough",
            limit => FindDueAsync(deletedBefore, limit, cancellationToken),
            version => $"purge version {version.Number} of '{version.Name}'",
            async version => await PurgeAsync(version.Name, version.Number, metadata, cancellationToken) is null,
            cancellationToken
        );

    private async Task<Refusal?> PurgeAsync(
        string name,
        int number,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        var digest = await FindDigestAsync(name, number, cancellationToken);
        var outcome = await writer.HandleAsync(
            name,
            new PurgeVersion(number),
            metadata with
            {
                CorrelationId = name,
            },
            // Also when it is there: the row is locked against a collector that has looked already.
            sideEffects: batch =>
                batch.Add(
                    """
                    insert into purged_manifest (digest) select $1::varchar where $1::varchar is not null
                    on conflict (digest) do update set digest = excluded.digest
                    """,
                    digest
                ),
            cancellationToken: cancellationToken
        );
        return outcome.Refusal;
    }

    /// <summary>The manifest of a version; null when the version is gone.</summary>
    private async Task<string?> FindDigestAsync(string name, int number, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "select digest from artifact_version where name = $1 and number = $2"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = name });
        command.Parameters.Add(new NpgsqlParameter { Value = number });
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>
    /// What was deleted before there was a recycle bin, when it could be restored for ever, has been there since the upgrade.
    /// </summary>
    private async Task<IReadOnlyList<(string Name, int Number)>> FindDueAsync(
        DateTimeOffset deletedBefore,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select name, number from artifact_version
            where deleted_at < $1 and (select applied_at from migration where name = $2) < $1
            order by deleted_at limit $3
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = deletedBefore });
        command.Parameters.Add(new NpgsqlParameter { Value = ArtifactsTables.Deletion.Name });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        var due = new List<(string Name, int Number)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            due.Add((reader.GetString(0), reader.GetInt32(1)));
        }

        return due;
    }

    /// <summary>Tells the bytes that only these versions have from those that others, deleted ones included, have too.</summary>
    private async Task<VersionContent> ReadAsync(
        List<(string Name, int Number)> due,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            $"""
            with due as (
              select v.name, v.number, v.digest from artifact_version v
              join unnest($1::varchar[], $2::int[]) as u (name, number) on u.name = v.name and u.number = v.number),
            kept as (
              select v.digest from artifact_version v
              where v.digest in (select f.digest from manifest_file f where f.sha256 in (
                select g.sha256 from manifest_file g join due on due.digest = g.digest))
              and not exists (select from due where due.name = v.name and due.number = v.number)),
            used as (
              select f.sha256, max(f.size) as size,
                exists (select from manifest_file g where g.sha256 = f.sha256 and g.digest in (select digest from kept)) as shared
              from manifest_file f where f.digest in (select digest from due) group by f.sha256)
            select sha256, size, shared, count(*) over (partition by shared), (sum(size) over (partition by shared))::bigint
            from used order by shared, size desc, sha256
            """,
            due.Select(version => version.Name).ToArray(),
            due.Select(version => version.Number).ToArray()
        );
        var orphaned = new List<NamedBlob>();
        var (orphanedBlobs, orphanedBytes, sharedBlobs, sharedBytes) = (0L, 0L, 0L, 0L);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (count, size) = (reader.GetInt64(3), reader.GetInt64(4));
            if (reader.GetBoolean(2))
            {
                (sharedBlobs, sharedBytes) = (count, size);
                continue;
            }

            (orphanedBlobs, orphanedBytes) = (count, size);
            if (orphaned.Count < MaxListed)
            {
                orphaned.Add(new NamedBlob(reader.GetString(0), reader.GetInt64(1)));
            }
        }

        return new VersionContent(orphanedBlobs, orphanedBytes, orphaned, sharedBlobs, sharedBytes);
    }
}
