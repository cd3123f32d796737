using System.Data.Common;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Platform.EventStore;
using Platform.Mlflow;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Mlflow.Inputs;

/// <summary>Stores and reads what runs read and made.</summary>
internal sealed class RunInputs(TrackingStore store)
{
    /// <summary>The most characters of a schema or profile that a list of runs has: one run has all of it.</summary>
    private const int MaxInLists = 8192;

    /// <summary>Adds what is not there yet; tags of a dataset that is there are merged.</summary>
    /// <returns>False when the run is not there, or in the recycle bin.</returns>
    public async Task<bool> AddAsync(
        string runId,
        IReadOnlyList<DatasetInput> datasets,
        IReadOnlyList<RunModel> models,
        bool areOutputs,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        // None comes after the run went into the recycle bin, and so none is left behind when it goes for good.
        batch.Add("select from run where id = $1 and not is_deleted for share", runId);
        // In one order, as the rows are locked until the end.
        foreach (var input in datasets.OrderBy(input => input.Dataset.Hash, StringComparer.Ordinal))
        {
            Add(batch, runId, input);
        }

        if (models.Count > 0)
        {
            batch.Add(
                """
                insert into run_model (run_id, model_id, is_output, step)
                select distinct on (model) $1, model, $2, step from unnest($3, $4) n (model, step) order by model, step desc
                on conflict (run_id, is_output, model_id) do update set step = excluded.step
                """,
                runId,
                areOutputs,
                models.Select(model => model.ModelId).ToArray(),
                models.Select(model => model.Step).ToArray()
            );
        }

        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return false;
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>What some runs read and made.</summary>
    /// <param name="whole">Also schemas and profiles that are long.</param>
    public async Task<IReadOnlyDictionary<string, MlflowRunLinks>> ReadAsync(
        string[] runIds,
        bool whole,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        var (schema, profile) = whole ? ("d.schema", "d.profile") : (Brief("d.schema"), Brief("d.profile"));
        batch.Add(
            $"""
            select i.run_id, i.tags::text as tags, d.name, d.digest, d.source_type, d.source, {schema} as schema, {profile} as profile
            from run_dataset i join dataset d on d.id = i.dataset_id where i.run_id = any($1)
            order by i.logged_at, i.dataset_id
            """,
            (object)runIds
        );
        batch.Add(
            """
            select run_id, model_id, is_output, step from run_model where run_id = any($1)
            order by logged_at, step, model_id
            """,
            (object)runIds
        );
        var datasets = new List<(string RunId, MlflowDatasetInput Input)>();
        var models = new List<(string RunId, bool IsOutput, RunModel Model)>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            datasets.Add((reader.Value<string>("run_id"), ReadDataset(reader)));
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            models.Add(
                (
                    reader.Value<string>("run_id"),
                    reader.Value<bool>("is_output"),
                    new RunModel(reader.Value<string>("model_id"), reader.Value<long>("step"))
                )
            );
        }

        return Group(datasets, models);
    }

    /// <summary>Which datasets the runs of some experiments read, and what for.</summary>
    public async Task<IReadOnlyList<MlflowDatasetSummary>> SearchAsync(
        long[] experiments,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select distinct e.id::text as experiment, d.name, d.digest, i.tags ->> $2 as context
            from experiment e
            join run r on r.project = e.project and not r.is_deleted
            join run_dataset i on i.run_id = r.id
            join dataset d on d.id = i.dataset_id
            where e.id = any($1) and not e.is_deleted
            order by 1, 2, 3, 4 limit $3
            """
        );
        command.Parameters.Add(new() { Value = experiments });
        command.Parameters.Add(new() { Value = DatasetInput.ContextTag });
        command.Parameters.Add(new() { Value = limit });
        var found = new List<MlflowDatasetSummary>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(
                new MlflowDatasetSummary(
                    reader.Value<string>("experiment"),
                    reader.Value<string>("name"),
                    reader.Value<string>("digest"),
                    reader.TextOrNull("context")
                )
            );
        }

        return found;
    }

    /// <summary>Datasets that no run reads any more.</summary>
    public async Task<IReadOnlyList<long>> FindUnusedAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select d.id from dataset d where not exists (select from run_dataset i where i.dataset_id = d.id)
            order by d.id limit $1
            """
        );
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadColumnAsync<long>(cancellationToken);
    }

    /// <summary>Deletes one of them; one that a run reads meanwhile stays.</summary>
    public async Task DeleteUnusedAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "delete from dataset d where d.id = $1 and not exists (select from run_dataset i where i.dataset_id = d.id)"
        );
        command.Parameters.Add(new() { Value = id });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Brief(string column) => $"case when length({column}) <= {MaxInLists} then {column} end";

    /// <summary>The dataset's row is locked, so that it is not deleted as one that no run reads.</summary>
    private static void Add(NpgsqlBatch batch, string runId, DatasetInput input) =>
        batch.Add(
            """
            with d as (
              insert into dataset (hash, name, digest, source_type, source, schema, profile)
              values ($2, $3, $4, $5, $6, $7, $8) on conflict (hash) do update set hash = excluded.hash returning id)
            insert into run_dataset as i (run_id, dataset_id, tags) select $1, d.id, $9 from d
            on conflict (run_id, dataset_id) do update set tags = i.tags || excluded.tags
            """,
            runId,
            input.Dataset.Hash,
            input.Dataset.Name,
            input.Dataset.Digest,
            input.Dataset.SourceType,
            input.Dataset.Source,
            Text(input.Dataset.Schema),
            Text(input.Dataset.Profile),
            new NpgsqlParameter
            {
                Value = JsonSerializer.Serialize(input.Tags, TrackingJson.Default.IReadOnlyDictionaryStringString),
                NpgsqlDbType = NpgsqlDbType.Jsonb,
            }
        );

    private static Dictionary<string, MlflowRunLinks> Group(
        List<(string RunId, MlflowDatasetInput Input)> datasets,
        List<(string RunId, bool IsOutput, RunModel Model)> models
    )
    {
        var inputs = datasets.ToLookup(one => one.RunId, one => one.Input, StringComparer.Ordinal);
        var linked = models.ToLookup(one => one.RunId, StringComparer.Ordinal);
        return inputs
            .Select(run => run.Key)
            .Union(linked.Select(run => run.Key), StringComparer.Ordinal)
            .ToDictionary(
                run => run,
                run => new MlflowRunLinks(
                    new MlflowRunInputs(
                        inputs[run].ToList().OrNull(),
                        linked[run]
                            .Where(one => !one.IsOutput)
                            .Select(one => new MlflowModelInput(one.Model.ModelId))
                            .ToList()
                            .OrNull()
                    ),
                    linked[run].Where(one => one.IsOutput).Select(one => one.Model).ToList() is { Count: > 0 } outputs
                        ? new MlflowRunOutputs([
                            .. outputs.Select(model => new MlflowModelOutput(model.ModelId, model.Step)),
                        ])
                        : null
                ),
                StringComparer.Ordinal
            );
    }

    private static MlflowDatasetInput ReadDataset(DbDataReader row) =>
        new(
            JsonElement
                .Parse(row.Value<string>("tags"))
                .EnumerateObject()
                .Select(tag => new MlflowTag(tag.Name, tag.Value.GetString()!))
                .ToList()
                .OrNull(),
            new MlflowDataset(
                row.Value<string>("name"),
                row.Value<string>("digest"),
                row.Value<string>("source_type"),
                row.Value<string>("source"),
                row.TextOrNull("schema"),
                row.TextOrNull("profile")
            )
        );

    private static NpgsqlParameter Text(string? value) => SqlParameters.Of(value, NpgsqlDbType.Text);
}
