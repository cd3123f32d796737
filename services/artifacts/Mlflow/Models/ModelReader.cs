using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using Platform.Mlflow;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Mlflow.Models;

/// <summary>A version with what only the platform needs.</summary>
internal sealed record FoundVersion(MlflowModelVersion Version, string Artifact, int Number, int Files, Guid? JobId);

/// <summary>
/// Reads models and their versions. Every artifact of type <c>model</c> is one, under its own name where no client of MLflow gave it
/// another.
/// </summary>
internal sealed class ModelReader(ArtifactsStore store)
{
    /// <summary>The name of <c>artifact_summary s</c> as a model.</summary>
    private const string Name = "coalesce(s.model_name, s.name)";

    private const string IsModel = "s.type = 'model' and (s.is_registered or s.latest_version is not null)";

    private const string Source = "v.metadata ->> 'mlflow.source'";
    private const string RunId = "coalesce(replace(v.run_id::text, '-', ''), v.metadata ->> 'mlflow.runId')";
    private const string Changed = "coalesce(v.updated_at, v.created_at)";

    private static readonly AttributeColumns _models = new(
        new Dictionary<string, AttributeColumn>(StringComparer.Ordinal)
        {
            ["name"] = new(Name, AttributeKind.Text),
            ["creation_timestamp"] = new("s.created_at", AttributeKind.Time),
            ["last_updated_timestamp"] = new("s.updated_at", AttributeKind.Time),
        },
        Tags: "s.tags",
        DefaultOrder: $"{Name} asc",
        LastOrder: "s.name asc"
    );

    private static readonly AttributeColumns _versions = new(
        new Dictionary<string, AttributeColumn>(StringComparer.Ordinal)
        {
            ["name"] = new(Name, AttributeKind.Text),
            ["version_number"] = new("v.number", AttributeKind.Number),
            ["run_id"] = new(RunId, AttributeKind.Text),
            ["source_path"] = new(Source, AttributeKind.Text),
            ["creation_timestamp"] = new("v.created_at", AttributeKind.Time),
            ["last_updated_timestamp"] = new(Changed, AttributeKind.Time),
        },
        Tags: "v.tags",
        DefaultOrder: $"{Changed} desc",
        LastOrder: $"{Name} asc, v.number desc"
    );

    /// <summary>The artifact of a model; null when there is no such model.</summary>
    public async Task<string?> FindArtifactAsync(string model, CancellationToken cancellationToken)
    {
        // A name that was given wins over that of an artifact that happens to be the same.
        await using var command = store.DataSource.CreateCommand(
            $"select s.name from artifact_summary s where {IsModel} and {Name} = $1 order by s.model_name nulls last limit 1"
        );
        command.Parameters.Add(new() { Value = model });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>One model with its newest versions and aliases.</summary>
    public async Task<MlflowModel> GetAsync(string artifact, CancellationToken cancellationToken) =>
        (await QueryAsync("s.name = $1", [artifact], "s.name", 1, 0, cancellationToken)).Single();

    /// <summary>Models by filter and order.</summary>
    public Task<List<MlflowModel>> SearchAsync(
        MlflowRequest request,
        int limit,
        long offset,
        CancellationToken cancellationToken
    )
    {
        var search = AttributeSearch.Of(request, _models, [IsModel]);
        return QueryAsync(search.Condition, search.Parameters, search.Order, limit, offset, cancellationToken);
    }

    /// <summary>Versions by filter and order.</summary>
    public Task<List<FoundVersion>> SearchVersionsAsync(
        MlflowRequest request,
        int limit,
        long offset,
        CancellationToken cancellationToken
    )
    {
        var search = AttributeSearch.Of(request, _versions, [IsModel, "v.deleted_at is null"]);
        return QueryVersionsAsync(
            search.Condition,
            search.Parameters,
            $"order by {search.Order} limit {limit.ToString(CultureInfo.InvariantCulture)} offset {offset.ToString(CultureInfo.InvariantCulture)}",
            cancellationToken
        );
    }

    /// <summary>One version; null when there is none that is not deleted.</summary>
    public async Task<FoundVersion?> FindVersionAsync(
        string artifact,
        int number,
        CancellationToken cancellationToken
    ) =>
        (
            await QueryVersionsAsync(
                "v.name = $1 and v.number = $2 and v.deleted_at is null",
                [artifact, number],
                "",
                cancellationToken
            )
        ).SingleOrDefault();

    /// <summary>The version that an alias points at; null when there is none.</summary>
    public async Task<FoundVersion?> FindAliasAsync(
        string artifact,
        string alias,
        CancellationToken cancellationToken
    ) =>
        (
            await QueryVersionsAsync(
                """
                v.name = $1 and v.deleted_at is null
                  and v.number = (select a.number from artifact_alias a where a.name = $1 and a.alias = $2)
                """,
                [artifact, alias],
                "",
                cancellationToken
            )
        ).SingleOrDefault();

    /// <summary>The newest version of each stage of some artifacts.</summary>
    public Task<List<FoundVersion>> LatestAsync(IReadOnlyList<string> artifacts, CancellationToken cancellationToken) =>
        QueryVersionsAsync(
            """
            v.deleted_at is null and (v.name, v.number) in (
              select l.name, max(l.number) from artifact_version l
              where l.name = any($1) and l.deleted_at is null group by l.name, l.stage)
            """,
            [artifacts.ToArray()],
            "order by v.name, v.number",
            cancellationToken
        );

    private async Task<List<MlflowModel>> QueryAsync(
        string condition,
        IReadOnlyList<object> parameters,
        string order,
        int limit,
        long offset,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                select s.name, {Name} as model, s.created_at, s.updated_at, s.tags::text as tags,
                  coalesce(s.model_description, s.description) as description,
                  array(select a.alias || ':' || a.number from artifact_alias a join artifact_version v
                    on v.name = a.name and v.number = a.number and v.deleted_at is null
                    where a.name = s.name order by a.alias) as aliases
                from artifact_summary s where {condition} order by {order} limit {limit} offset {offset}
                """
            )
        );
        AddTo(command, parameters);
        var found = new List<(string Artifact, MlflowModel Model)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                found.Add((reader.Value<string>("name"), ReadModel(reader)));
            }
        }

        var latest = (await LatestAsync([.. found.Select(model => model.Artifact)], cancellationToken)).ToLookup(
            version => version.Artifact,
            version => version.Version,
            StringComparer.Ordinal
        );
        return
        [
            .. found.Select(model => model.Model with { LatestVersions = latest[model.Artifact].ToList().OrNull() }),
        ];
    }

    private async Task<List<FoundVersion>> QueryVersionsAsync(
        string condition,
        IReadOnlyList<object> parameters,
        string rest,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            $"""
            select v.name, v.number, {Name} as model, v.created_at, {Changed} as changed_at, v.stage, v.tags::text as tags,
              coalesce(v.version_description, v.description) as description, {Source} as source, {RunId} as run,
              v.metadata ->> 'mlflow.runLink' as run_link, v.metadata ->> 'mlflow.modelId' as model_id, v.file_count,
              v.job_id,
              array(select a.alias from artifact_alias a where a.name = v.name and a.number = v.number order by a.alias) as aliases
            from artifact_version v join artifact_summary s on s.name = v.name
            where {condition} {rest}
            """
        );
        AddTo(command, parameters);
        var found = new List<FoundVersion>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(ReadVersion(reader));
        }

        return found;
    }

    private static MlflowModel ReadModel(DbDataReader row) =>
        new()
        {
            Name = row.Value<string>("model"),
            CreationTimestamp = row.Value<DateTimeOffset>("created_at").ToUnixTimeMilliseconds(),
            LastUpdatedTimestamp = row.Value<DateTimeOffset>("updated_at").ToUnixTimeMilliseconds(),
            Description = row.TextOrNull("description"),
            Tags = TagsOf(row),
            Aliases = row.Value<string[]>("aliases")
                .Select(alias => alias.Split(':'))
                .Select(alias => new MlflowModelAlias(alias[0], alias[1]))
                .ToList()
                .OrNull(),
        };

    private static FoundVersion ReadVersion(DbDataReader row)
    {
        var number = row.Value<int>("number");
        var version = new MlflowModelVersion
        {
            Name = row.Value<string>("model"),
            Version = number.ToString(CultureInfo.InvariantCulture),
            CreationTimestamp = row.Value<DateTimeOffset>("created_at").ToUnixTimeMilliseconds(),
            LastUpdatedTimestamp = row.Value<DateTimeOffset>("changed_at").ToUnixTimeMilliseconds(),
            CurrentStage = row.Value<string>("stage"),
            Description = row.TextOrNull("description"),
            Source = row.TextOrNull("source"),
            RunId = row.TextOrNull("run"),
            RunLink = row.TextOrNull("run_link"),
            ModelId = row.TextOrNull("model_id"),
            Tags = TagsOf(row),
            Aliases = row.Value<string[]>("aliases").OrNull(),
        };
        return new FoundVersion(
            version,
            row.Value<string>("name"),
            number,
            row.Value<int>("file_count"),
            row.ValueOrNull<Guid>("job_id")
        );
    }

    private static IReadOnlyList<MlflowTag>? TagsOf(DbDataReader row) =>
        JsonElement
            .Parse(row.Value<string>("tags"))
            .EnumerateObject()
            .Select(tag => new MlflowTag(tag.Name, tag.Value.GetString()!))
            .ToList()
            .OrNull();

    private static void AddTo(NpgsqlCommand command, IReadOnlyList<object> parameters)
    {
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }
    }
}
