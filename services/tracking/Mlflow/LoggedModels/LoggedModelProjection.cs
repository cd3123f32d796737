using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Platform.EventStore;

namespace Platform.Tracking.Mlflow.LoggedModels;

/// <summary>The table <c>logged_model</c>.</summary>
internal sealed class LoggedModelProjection : SqlProjection
{
    public static readonly Migration Migration = new(
        "050_logged_model",
        """
        create table logged_model (
          id text collate "C" primary key,
          experiment_id bigint not null,
          name text not null,
          model_type text,
          run_id text,
          job_id uuid,
          creator text,
          status text not null,
          params jsonb not null default '{}',
          tags jsonb not null default '{}',
          created_at timestamptz not null,
          updated_at timestamptz not null,
          deleted_at timestamptz,
          version bigint not null);
        create index logged_model_experiment on logged_model (experiment_id, created_at desc, id);
        create index logged_model_run on logged_model (run_id) where run_id is not null;
        create index logged_model_deleted on logged_model (deleted_at) where deleted_at is not null;
        -- The last value of each metric that was logged for a model. Like points they are no events.
        create table logged_model_metric (
          model_id text collate "C" not null,
          run_id text not null,
          key text collate "C" not null,
          dataset_name text not null,
          dataset_digest text not null,
          value float8 not null,
          at timestamptz not null,
          step bigint not null,
          primary key (model_id, key, dataset_name, dataset_digest, run_id));
        create index logged_model_metric_run on logged_model_metric (run_id);
        """
    );

    public override string Name => "logged_model:v1";

    public override IReadOnlyList<string> Tables => ["logged_model"];

    public override void Project(StoredEvent stored, NpgsqlBatch batch)
    {
        if (stored.Data is not LoggedModelEvent data)
        {
            return;
        }

        var id = stored.StreamId;
        var at = data.At.ToUniversalTime();
        switch (data)
        {
            case LoggedModelCreated e:
                Create(stored, e, at, batch);
                return;
            case LoggedModelFinalized e:
                batch.Add("update logged_model set status = $2 where id = $1", id, StatusOf(e.Status));
                break;
            case LoggedModelParamsLogged e:
                batch.Add(
                    "update logged_model set params = params || $2 where id = $1",
                    id,
                    Json(new Dictionary<string, string>(e.Params, StringComparer.Ordinal))
                );
                break;
            case LoggedModelTagsSet e:
                batch.Add(
                    "update logged_model set tags = (tags || $2) - $3::text[] where id = $1",
                    id,
                    Json(
                        e.Tags.Where(tag => tag.Value is not null)
                            .ToDictionary(tag => tag.Key, tag => tag.Value!, StringComparer.Ordinal)
                    ),
                    e.Tags.Where(tag => tag.Value is null).Select(tag => tag.Key).ToArray()
                );
                break;
            case LoggedModelDeleted:
                batch.Add("update logged_model set deleted_at = $2 where id = $1", id, at);
                break;
            case LoggedModelPurged:
                batch.Add("delete from logged_model where id = $1", id);
                return;
        }

        batch.Add("update logged_model set updated_at = $2, version = $3 where id = $1", id, at, stored.Version);
    }

    /// <summary>A status as the table has it, and filters.</summary>
    public static string StatusOf(LoggedModelStatus status) => status.ToString().ToUpperInvariant();

    private static void Create(StoredEvent stored, LoggedModelCreated e, DateTimeOffset at, NpgsqlBatch batch) =>
        batch.Add(
            """
            insert into logged_model
              (id, experiment_id, name, model_type, run_id, job_id, creator, status, params, tags, created_at, updated_at, version)
            values ($1, $2, $3, $4, $5, $6, $7, 'PENDING', $8, $9, $10, $10, $11) on conflict (id) do nothing
            """,
            stored.StreamId,
            e.Experiment,
            e.Name,
            Text(e.ModelType),
            Text(e.RunId),
            SqlParameters.Of(e.JobId, NpgsqlDbType.Uuid),
            Text(stored.Metadata.Headers?.GetValueOrDefault(StoredEvent.ActorHeader)),
            Json(e.Params),
            Json(e.Tags),
            at,
            stored.Version
        );

    private static NpgsqlParameter Text(string? value) => SqlParameters.Of(value, NpgsqlDbType.Text);

    private static NpgsqlParameter Json(IReadOnlyDictionary<string, string>? values) =>
        new()
        {
            Value = JsonSerializer.Serialize(
                values ?? new Dictionary<string, string>(StringComparer.Ordinal),
                TrackingJson.Default.IReadOnlyDictionaryStringString
            ),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        };
}
