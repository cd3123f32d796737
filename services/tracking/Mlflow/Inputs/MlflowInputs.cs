using Platform.Mlflow;
using Platform.Tracking.Mlflow.Experiments;
using Platform.Tracking.Mlflow.LoggedModels;
using Platform.Tracking.Mlflow.Runs;

namespace Platform.Tracking.Mlflow.Inputs;

/// <summary>MLflow's requests about what runs read and made.</summary>
internal sealed class MlflowInputs(RunInputs inputs, LoggedModelAccess models, MlflowRunAccess access)
{
    private const int MaxItems = 1000;
    private const int MaxExperiments = 20;
    private const int MaxSummaries = 1000;

    public async Task<object> LogInputsAsync(MlflowRequest request, HttpContext context)
    {
        var datasets = Limited(request, "datasets").Select(DatasetInput.Of).ToList();
        // Whoever reads a model may be told only that there is one.
        var read = ModelsOf(request);
        var id = await access.FindActiveAsync(request.RunId(), context);
        await models.CheckAsync(IdsOf(read), onlyNamed: true, context);
        return await AddAsync(id, datasets, read, areOutputs: false, context);
    }

    public async Task<object> LogOutputsAsync(MlflowRequest request, HttpContext context)
    {
        var made = ModelsOf(request);
        var id = await access.FindActiveAsync(request.RunId(), context);
        await models.CheckAsync(IdsOf(made), onlyNamed: false, context);
        return await AddAsync(id, [], made, areOutputs: true, context);
    }

    public async Task<object> SearchDatasetsAsync(MlflowRequest request, HttpContext context)
    {
        var ids = request.ExperimentIdsOf();
        if (ids.Length is 0 or > MaxExperiments)
        {
            throw MlflowException.Invalid(
                $"SearchDatasets request must specify 1 to {MaxExperiments} experiment_ids. Received {ids.Length} experiment_ids."
            );
        }

        var found = await inputs.SearchAsync(ids, MaxSummaries, context.RequestAborted);
        return new { DatasetSummaries = found.OrNull() };
    }

    private async Task<object> AddAsync(
        string runId,
        IReadOnlyList<DatasetInput> datasets,
        IReadOnlyList<RunModel> linked,
        bool areOutputs,
        HttpContext context
    ) =>
        await inputs.AddAsync(runId, datasets, linked, areOutputs, context.RequestAborted)
            ? MlflowEndpoint.Empty
            : throw MlflowException.Invalid($"The run {runId} must be in the 'active' state.");

    private static List<RunModel> ModelsOf(MlflowRequest request) =>
        [
            .. Limited(request, "models")
                .Select(model => new RunModel(model.RequiredText("model_id"), model.Whole("step") ?? 0)),
        ];

    private static string[] IdsOf(IReadOnlyList<RunModel> linked) =>
        [.. linked.Select(model => model.ModelId).Distinct(StringComparer.Ordinal)];

    private static IReadOnlyList<MlflowRequest> Limited(MlflowRequest request, string field) =>
        request.Objects(field) is { Count: <= MaxItems } items
            ? items
            : throw MlflowException.Invalid($"A request has at most {MaxItems} {field}.");
}
