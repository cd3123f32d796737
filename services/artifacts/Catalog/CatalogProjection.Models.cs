using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Platform.Artifacts.Versions;
using Platform.EventStore;

namespace Platform.Artifacts.Catalog;

/// <summary>What the registry of models shows of artifacts and versions.</summary>
internal sealed partial class CatalogProjection
{
    public static readonly Migration ModelMigration = new(
        "014_model",
        """
        alter table artifact_summary
          add column is_registered boolean not null default false,
          add column model_name varchar,
          add column model_description varchar,
          add column tags jsonb not null default '{}';
        create index artifact_summary_model on artifact_summary (coalesce(model_name, name)) where type = 'model';
        alter table artifact_version
          add column tags jsonb not null default '{}',
          add column stage varchar not null default 'None',
          add column version_description varchar,
          add column updated_at timestamptz;
        -- Names of models are claimed here before they are registered: each belongs to one artifact. Not a read model, so that claims
        -- survive a rebuild.
        create table model_name (
          name varchar collate "C" primary key,
          artifact varchar collate "C" not null);
        """
    );

    private static void ProjectModel(StoredEvent stored, NpgsqlBatch batch)
    {
        var name = stored.StreamId;
        switch (stored.Data)
        {
            case ModelRegistered e:
                batch.Add(
                    """
                    insert into artifact_summary (name, type, description, latest_version, version_count, size, created_at,
                      updated_at, revision, is_registered, model_name, model_description, tags)
                    values ($1, $2, null, null, 0, 0, $3, $3, $4, true, $5, $6, $7)
                    on conflict (name) do update set is_registered = true, model_name = excluded.model_name,
                      model_description = excluded.model_description, tags = excluded.tags
                    """,
                    name,
                    Artifact.ModelType,
                    e.At.ToUniversalTime(),
                    stored.Version,
                    e.Name,
                    e.Description,
                    Json(e.Tags ?? Card.NoTags)
                );
                Touch(batch, name, e.At, stored.Version);
                break;
            case ModelChanged e:
                batch.Add(
                    """
                    update artifact_summary set model_name = coalesce($2, model_name),
                      model_description = coalesce($3, model_description)
                    where name = $1
                    """,
                    name,
                    Text(e.Name),
                    Text(e.Description)
                );
                Touch(batch, name, e.At, stored.Version);
                break;
            case ModelTagSet e:
                SetTag(batch, "artifact_summary", "name = $1", e.Key, e.Value, name);
                Touch(batch, name, e.At, stored.Version);
                break;
            case ModelDeleted e:
                batch.Add(
                    """
                    update artifact_summary set is_registered = false, model_name = null, model_description = null, tags = '{}'
                    where name = $1
                    """,
                    name
                );
                Touch(batch, name, e.At, stored.Version);
                RemoveEmpty(batch, name);
                break;
            case VersionChanged e:
                batch.Add(
                    """
                    update artifact_version set version_description = coalesce($3, version_description),
                      stage = coalesce($4, stage), updated_at = $5
                    where name = $1 and number = $2
                    """,
                    name,
                    e.Number,
                    Text(e.Description),
                    Text(e.Stage),
                    e.At.ToUniversalTime()
                );
                Touch(batch, name, e.At, stored.Version);
                break;
            case VersionTagSet e:
                SetTag(batch, "artifact_version", "name = $1 and number = $2", e.Key, e.Value, name, e.Number);
                batch.Add(
                    "update artifact_version set updated_at = $3 where name = $1 and number = $2",
                    name,
                    e.Number,
                    e.At.ToUniversalTime()
                );
                Touch(batch, name, e.At, stored.Version);
                break;
        }
    }

    /// <summary>An artifact without versions is there only as long as it is in the registry.</summary>
    private static void RemoveEmpty(NpgsqlBatch batch, string name) =>
        batch.Add(
            """
            delete from artifact_summary where name = $1 and not is_registered
              and not exists (select from artifact_version where name = $1)
            """,
            name
        );

    private static void SetTag(
        NpgsqlBatch batch,
        string table,
        string where,
        string key,
        string? value,
        params object[] row
    )
    {
        var next = row.Length + 1;
        if (value is null)
        {
            batch.Add($"update {table} set tags = tags - ${next} where {where}", [.. row, key]);
            return;
        }

        batch.Add(
            $"update {table} set tags = tags || jsonb_build_object(${next}::text, ${next + 1}::text) where {where}",
            [.. row, key, value]
        );
    }

    private static NpgsqlParameter Json(IReadOnlyDictionary<string, string> tags) =>
        new()
        {
            Value = JsonSerializer.Serialize(tags, ArtifactJson.Default.IReadOnlyDictionaryStringString),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        };

    private static NpgsqlParameter Text(string? text) =>
        new() { Value = text ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
