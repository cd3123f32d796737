using Npgsql;
using Platform.EventStore;

namespace Platform.Tracking.Mlflow.Inputs;

/// <summary>
/// The tables of what runs read and made: datasets, and logged models. Like files of runs they are rows and no events: a dataset's schema
/// and profile may be megabytes, and are the same for many runs.
/// </summary>
internal static class RunInputTables
{
    public static readonly Migration Migration = new(
        "051_run_input",
        """
        -- Each once, found by the hash of all that it says.
        create table dataset (
          id bigint primary key generated always as identity,
          hash text collate "C" not null unique,
          name text not null,
          digest text not null,
          source_type text not null,
          source text not null,
          schema text,
          profile text);
        create index dataset_name on dataset (name);
        create table run_dataset (
          run_id text not null,
          dataset_id bigint not null references dataset (id),
          tags jsonb not null default '{}',
          logged_at timestamptz not null default clock_timestamp(),
          primary key (run_id, dataset_id));
        create index run_dataset_dataset on run_dataset (dataset_id);
        create table run_model (
          run_id text not null,
          model_id text collate "C" not null,
          is_output boolean not null,
          step bigint not null default 0,
          logged_at timestamptz not null default clock_timestamp(),
          primary key (run_id, is_output, model_id));
        create index run_model_model on run_model (model_id);
        """
    );

    /// <summary>Deletes those of a run that goes for good.</summary>
    public static void AddDeletion(NpgsqlBatch batch, string runId)
    {
        batch.Add("delete from run_dataset where run_id = $1", runId);
        batch.Add("delete from run_model where run_id = $1", runId);
        batch.Add("delete from logged_model_metric where run_id = $1", runId);
    }
}
