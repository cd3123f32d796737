using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Platform.Mlflow;
using Platform.ServiceDefaults;
using Platform.Tracking.Access;

namespace Platform.Tracking.Mlflow.Experiments;

/// <summary>MLflow's requests about experiments.</summary>
internal sealed class MlflowExperiments(TrackingStore store, ExperimentDirectory directory, MachineAccess machines)
{
    private const int MaxName = 500;
    private const int MaxKey = 250;
    private const int MaxValue = 5000;
    private const int MaxPage = 50_000;

    private const string Columns = "e.id, e.name, e.tags::text as tags, e.is_deleted, e.created_at, e.updated_at";

    public async Task<object> CreateAsync(MlflowRequest request, HttpContext context)
    {
        var name = NameOf(request, "name");
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in request.Objects("tags"))
        {
            tags[KeyOf(tag)] = ValueOf(tag);
        }

        return await directory.CreateAsync(name, tags, context.EventMetadata(), context.RequestAborted) is { } id
            ? new { ExperimentId = Text(id) }
            : throw MlflowException.AlreadyExists($"Experiment '{name}' already exists.");
    }

    public async Task<object> GetAsync(MlflowRequest request, HttpContext context) =>
        new { Experiment = await ReadAsync(request.RequiredText("experiment_id"), context.RequestAborted) };

    /// <summary>
    /// By its name, or its project's path. A job's process finds its job's experiment under every name: a script that names one of its own
    /// runs in that all the same, as the job was submitted to a project.
    /// </summary>
    public async Task<object> GetByNameAsync(MlflowRequest request, HttpContext context)
    {
        var name = request.RequiredText("experiment_name");
        if (
            context.Caller() is { Kind: CallerKind.Job } job
            && await machines.FindProjectAsync(job.Id, context.RequestAborted) is { } project
        )
        {
            var id = await directory.OfProjectAsync(project, context.RequestAborted);
            return new { Experiment = await ReadAsync(Text(id), context.RequestAborted) };
        }

        await directory.TakeUpProjectsAsync(context.RequestAborted);
        var found = await FindAsync(
            "e.name = $1 or e.project = $1",
            [name],
            "e.name = $1 desc, e.id",
            1,
            0,
            context.RequestAborted
        );
        return found.Count > 0
            ? new { Experiment = found[0] }
            : throw MlflowException.NotFound($"Could not find experiment with name '{ClientText.Brief(name)}'");
    }

    public async Task<object> SearchAsync(MlflowRequest request, HttpContext context)
    {
        await directory.TakeUpProjectsAsync(context.RequestAborted);
        var limit = MlflowPages.LimitOf(request, usual: 1000, MaxPage);
        var offset = MlflowPages.OffsetOf(request.Text("page_token"));
        var search = ExperimentSearch.Of(request);
        var found = await FindAsync(
            search.Condition,
            search.Parameters,
            search.Order,
            limit + 1,
            offset,
            context.RequestAborted
        );
        return new
        {
            Experiments = found.Take(limit).ToList().OrNull(),
            NextPageToken = MlflowPages.TokenOf(offset + limit, found.Count > limit),
        };
    }

    public async Task<object> RenameAsync(MlflowRequest request, HttpContext context)
    {
        var given = request.RequiredText("experiment_id");
        var name = request.Text("new_name") is null ? null : NameOf(request, "new_name");
        // Asked before the name is claimed.
        var id = IdOf(await ReadActiveAsync(given, context.RequestAborted));
        if (name is null)
        {
            return MlflowEndpoint.Empty;
        }

        return await directory.RenameAsync(id, name, context.EventMetadata(), context.RequestAborted)
            ? MlflowEndpoint.Empty
            : throw MlflowException.AlreadyExists($"Experiment '{name}' already exists.");
    }

    public Task<object> DeleteAsync(MlflowRequest request, HttpContext context) =>
        ChangeAsync(request, new DeleteExperiment(), context);

    public Task<object> RestoreAsync(MlflowRequest request, HttpContext context) =>
        ChangeAsync(request, new RestoreExperiment(), context);

    public Task<object> SetTagAsync(MlflowRequest request, HttpContext context) =>
        ChangeAsync(request, new SetExperimentTag(KeyOf(request), ValueOf(request)), context);

    public Task<object> DeleteTagAsync(MlflowRequest request, HttpContext context) =>
        ChangeAsync(request, new SetExperimentTag(KeyOf(request), Value: null), context);

    /// <summary>Finds an experiment by its id.</summary>
    public async Task<MlflowExperiment> ReadAsync(string id, CancellationToken cancellationToken)
    {
        if (long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            if (number == 0)
            {
                await directory.OfProjectAsync("default", cancellationToken);
            }

            var found = await FindAsync("e.id = $1", [number], "e.id", 1, 0, cancellationToken);
            if (found.Count > 0)
            {
                return found[0];
            }
        }

        throw NotFound(id);
    }

    /// <summary>The project of an experiment.</summary>
    public async Task<string> ProjectOfAsync(string id, CancellationToken cancellationToken)
    {
        var experiment = await ReadActiveAsync(id, cancellationToken);
        await using var command = store.DataSource.CreateCommand("select project from experiment where id = $1");
        command.Parameters.Add(new() { Value = IdOf(experiment) });
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Where MLflow's clients send a run's files.</summary>
    public static string LocationOf(string experiment) => $"mlflow-artifacts:/{experiment}";

    private async Task<object> ChangeAsync(MlflowRequest request, ExperimentCommand command, HttpContext context)
    {
        var experiment = await ReadAsync(request.RequiredText("experiment_id"), context.RequestAborted);
        var id = IdOf(experiment);
        var outcome = await directory.HandleAsync(id, command, context.EventMetadata(), context.RequestAborted);
        return outcome.Refusal?.Code switch
        {
            null => MlflowEndpoint.Empty,
            Experiment.Deleted => throw NotActive(experiment.ExperimentId),
            _ => throw NotFound(experiment.ExperimentId),
        };
    }

    private async Task<MlflowExperiment> ReadActiveAsync(string id, CancellationToken cancellationToken) =>
        await ReadAsync(id, cancellationToken) is { LifecycleStage: "active" } active ? active : throw NotActive(id);

    private static MlflowException NotFound(string id) =>
        MlflowException.NotFound($"No Experiment with id={ClientText.Brief(id)} exists");

    private static MlflowException NotActive(string id) =>
        MlflowException.Invalid($"The experiment {id} must be in the 'active' state. Current state is deleted.");

    private static long IdOf(MlflowExperiment experiment) =>
        long.Parse(experiment.ExperimentId, CultureInfo.InvariantCulture);

    private async Task<List<MlflowExperiment>> FindAsync(
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
                $"select {Columns} from experiment e where {condition} order by {order} limit {limit} offset {offset}"
            )
        );
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        var found = new List<MlflowExperiment>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(Read(reader));
        }

        return found;
    }

    private static MlflowExperiment Read(DbDataReader row)
    {
        var id = Text(row.Value<long>("id"));
        return new MlflowExperiment
        {
            ExperimentId = id,
            Name = row.Value<string>("name"),
            ArtifactLocation = LocationOf(id),
            LifecycleStage = row.Value<bool>("is_deleted") ? "deleted" : "active",
            CreationTime = row.Value<DateTimeOffset>("created_at").ToUnixTimeMilliseconds(),
            LastUpdateTime = row.Value<DateTimeOffset>("updated_at").ToUnixTimeMilliseconds(),
            Tags = JsonElement
                .Parse(row.Value<string>("tags"))
                .EnumerateObject()
                .Select(tag => new MlflowTag(tag.Name, tag.Value.GetString()!))
                .ToList()
                .OrNull(),
        };
    }

    private static string NameOf(MlflowRequest request, string field)
    {
        var name = request.RequiredText(field);
        return name.Length <= MaxName
            ? name
            : throw MlflowException.Invalid($"Experiment name exceeds the maximum length of {MaxName} characters");
    }

    private static string KeyOf(MlflowRequest request)
    {
        var key = request.RequiredText("key");
        return key.Length <= MaxKey
            ? key
            : throw MlflowException.Invalid($"Tag key exceeds the maximum length of {MaxKey} characters");
    }

    private static string ValueOf(MlflowRequest request)
    {
        var value = request.Text("value") ?? "";
        return value.Length <= MaxValue
            ? value
            : throw MlflowException.Invalid($"Tag value exceeds the maximum length of {MaxValue} characters");
    }

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
