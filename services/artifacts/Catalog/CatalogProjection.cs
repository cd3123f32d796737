using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Platform.Artifacts.Versions;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Catalog;

/// <summary>
/// The read model of artifacts, versions and aliases. Inline, so that a version can be read as soon as it is created.
/// </summary>
internal sealed partial class CatalogProjection : SqlProjection
{
    public override string Name => "artifact_catalog:v1";

    public override IReadOnlyList<string> Tables { get; } = ["artifact_summary", "artifact_version", "artifact_alias"];

    public override void Project(StoredEvent stored, NpgsqlBatch batch)
    {
        var name = stored.StreamId;
        switch (stored.Data)
        {
            case VersionCreated e:
                Add(batch, name, e, stored.Version);
                break;
            case AliasSet e:
                batch.Add(
                    """
                    insert into artifact_alias (name, alias, number) values ($1, $2, $3)
                    on conflict (name, alias) do update set number = excluded.number
                    """,
                    name,
                    e.Alias,
                    e.Number
                );
                Touch(batch, name, e.At, stored.Version);
                break;
            case AliasRemoved e:
                batch.Add("delete from artifact_alias where name = $1 and alias = $2", name, e.Alias);
                Touch(batch, name, e.At, stored.Version);
                break;
            case VersionDeleted e:
                SetDeleted(
                    batch,
                    name,
                    e.Number,
                    e.At.ToUniversalTime(),
                    stored.Metadata.Headers?.GetValueOrDefault(StoredEvent.ActorHeader),
                    e.Reason
                );
                Touch(batch, name, e.At, stored.Version);
                break;
            case VersionRestored e:
                SetDeleted(batch, name, e.Number, at: null, by: null, reason: null);
                batch.Add(
                    "update artifact_version set restored_at = $3 where name = $1 and number = $2",
                    name,
                    e.Number,
                    e.At.ToUniversalTime()
                );
                Touch(batch, name, e.At, stored.Version);
                break;
            case VersionPurged e:
                batch.Add("delete from artifact_version where name = $1 and number = $2", name, e.Number);
                Touch(batch, name, e.At, stored.Version);
                RemoveEmpty(batch, name);
                break;
            default:
                ProjectModel(stored, batch);
                break;
        }
    }

    private static void Add(NpgsqlBatch batch, string name, VersionCreated e, long revision)
    {
        batch.Add(
            """
            insert into artifact_version (name, number, type, project, description, digest, file_count, size, metadata,
              job_id, attempt, run_id, created_at, rank)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            """,
            name,
            e.Number,
            e.Type,
            e.Project,
            e.Description,
            e.Digest,
            e.FileCount,
            e.Size,
            new NpgsqlParameter
            {
                Value = JsonSerializer.Serialize(e.Metadata, ArtifactJson.Default.IReadOnlyDictionaryStringString),
                NpgsqlDbType = NpgsqlDbType.Jsonb,
            },
            e.JobId,
            e.Attempt,
            e.RunId,
            e.At.ToUniversalTime(),
            e.Attempt is null ? null : e.Rank ?? 0
        );
        batch.Add(
            """
            insert into artifact_summary as s (name, type, project, description, latest_version, version_count, size,
              created_at, updated_at, revision, search_description)
            values ($1, $2, $3, $4, $5, 1, $6, $7, $7, $8, $9)
            on conflict (name) do update set
              project = coalesce(excluded.project, s.project), description = coalesce(excluded.description, s.description),
              search_description = coalesce(excluded.search_description, s.search_description),
              latest_version = excluded.latest_version, version_count = s.version_count + 1, size = excluded.size,
              updated_at = excluded.updated_at, revision = excluded.revision
            """,
            name,
            e.Type,
            e.Project,
            e.Description,
            e.Number,
            e.Size,
            e.At.ToUniversalTime(),
            revision,
            e.Description is null ? null : TextIndex.Fold(e.Description)
        );
    }

    private static void SetDeleted(
        NpgsqlBatch batch,
        string name,
        int number,
        DateTimeOffset? at,
        string? by,
        string? reason
    )
    {
        batch.Add(
            """
            update artifact_version set deleted_at = $3, deleted_by = $4, delete_reason = $5
            where name = $1 and number = $2
            """,
            name,
            number,
            at,
            by,
            reason
        );
        batch.Add(
            """
            update artifact_summary s set latest_version = live.latest, version_count = live.versions,
              size = coalesce((select v.size from artifact_version v where v.name = $1 and v.number = live.latest), 0)
            from (
              select max(number) as latest, count(*)::integer as versions
              from artifact_version where name = $1 and deleted_at is null) live
            where s.name = $1
            """,
            name
        );
    }

    private static void Touch(NpgsqlBatch batch, string name, DateTimeOffset at, long revision) =>
        batch.Add(
            "update artifact_summary set updated_at = $2, revision = $3 where name = $1",
            name,
            at.ToUniversalTime(),
            revision
        );
}
