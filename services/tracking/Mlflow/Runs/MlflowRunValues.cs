using Platform.Mlflow;
using Platform.ServiceDefaults;
using Platform.Tracking.Metrics;
using Platform.Tracking.Mlflow.LoggedModels;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>MLflow's requests that log values of a run.</summary>
internal sealed class MlflowRunValues(
    RunHandler handler,
    MetricWriter writer,
    MlflowRunAccess access,
    RunParents parents,
    LoggedModelAccess models,
    LoggedModelMetrics modelMetrics,
    TimeProvider clock
)
{
    private const int MaxMetrics = 1000;
    private const int MaxParams = 100;
    private const int MaxTags = 100;
    private const int MaxTogether = 1000;

    public async Task<object> LogMetricAsync(MlflowRequest request, HttpContext context)
    {
        if (request.Whole("timestamp") is null)
        {
            throw MlflowException.Missing("timestamp");
        }

        var metrics = Read([request]);
        var id = await access.FindActiveAsync(request.RunId(), context);
        await CheckAsync(metrics, context);
        await WriteAsync(id, metrics, context);
        return MlflowEndpoint.Empty;
    }

    public async Task<object> LogParameterAsync(MlflowRequest request, HttpContext context)
    {
        var parameters = ParametersOf([request]);
        var id = await access.FindActiveAsync(request.RunId(), context);
        await UpdateAsync(id, new UpdateRun(Parameters: parameters) { ParametersStay = true }, context);
        return MlflowEndpoint.Empty;
    }

    public async Task<object> SetTagAsync(MlflowRequest request, HttpContext context)
    {
        var update = TagsOf([request]);
        var id = await access.FindActiveAsync(request.RunId(), context);
        await CheckParentAsync(id, update, context);
        await UpdateAsync(id, update, context);
        return MlflowEndpoint.Empty;
    }

    public async Task<object> DeleteTagAsync(MlflowRequest request, HttpContext context)
    {
        var key = MlflowValues.KeyOf(request);
        var removal = new Dictionary<string, string?>(StringComparer.Ordinal) { [key] = null };
        var id = await access.FindActiveAsync(request.RunId(), context);
        await UpdateAsync(
            id,
            new UpdateRun(Tags: removal) { ParentId = key is MlflowRunMapping.ParentTag ? "" : null },
            context
        );
        return MlflowEndpoint.Empty;
    }

    public async Task<object> LogBatchAsync(MlflowRequest request, HttpContext context)
    {
        var (metrics, parameters, tags) = (
            request.Objects("metrics"),
            request.Objects("params"),
            request.Objects("tags")
        );
        if (
            metrics.Count > MaxMetrics
            || parameters.Count > MaxParams
            || tags.Count > MaxTags
            || metrics.Count + parameters.Count + tags.Count > MaxTogether
        )
        {
            throw MlflowException.Invalid(
                $"A batch logging request can contain at most {MaxMetrics} metrics, {MaxParams} params and {MaxTags} tags, and at most {MaxTogether} of all together. Got {metrics.Count}, {parameters.Count} and {tags.Count}."
            );
        }

        // Everything is read before anything is stored.
        var read = Read(metrics);
        var update = TagsOf(tags) with { Parameters = ParametersOf(parameters), ParametersStay = true };
        var id = await access.FindActiveAsync(request.RunId(), context);
        await CheckParentAsync(id, update, context);
        await CheckAsync(read, context);
        await UpdateAsync(id, update, context);
        if (metrics.Count > 0)
        {
            await WriteAsync(id, read, context);
        }

        return MlflowEndpoint.Empty;
    }

    private static Dictionary<string, RunValue> ParametersOf(IReadOnlyList<MlflowRequest> list)
    {
        var parameters = new Dictionary<string, RunValue>(StringComparer.Ordinal);
        foreach (var parameter in list)
        {
            var (key, value) = (MlflowValues.KeyOf(parameter), RunValue.Of(MlflowValues.ParamOf(parameter)));
            if (!parameters.TryAdd(key, value) && !parameters[key].Equals(value))
            {
                throw MlflowException.Invalid(
                    $"Duplicate parameter keys have been submitted: {key}. Changing param values is not allowed."
                );
            }
        }

        return parameters;
    }

    /// <summary>Tags; that with the run's name is the run's name, and that with its parent its parent.</summary>
    private static UpdateRun TagsOf(IReadOnlyList<MlflowRequest> list)
    {
        var tags = new Dictionary<string, string?>(StringComparer.Ordinal);
        string? name = null;
        string? parent = null;
        foreach (var tag in list)
        {
            var (key, value) = (MlflowValues.KeyOf(tag), MlflowValues.TagOf(tag));
            if (key is MlflowRunMapping.NameTag)
            {
                name = MlflowValues.NameOf(value);
            }
            else if (key is MlflowRunMapping.ParentTag)
            {
                parent = RunRules.TryNormalizeId(value, out var id)
                    ? id
                    : throw MlflowException.NotFound($"Run with id={ClientText.Brief(value)} not found");
            }
            else
            {
                tags[key] = value;
            }
        }

        return new UpdateRun(name, Tags: tags) { ParentId = parent };
    }

    /// <summary>Refuses a parent that is not there, or that the caller may not see.</summary>
    private async Task CheckParentAsync(string id, UpdateRun update, HttpContext context)
    {
        if (update.ParentId is not { } parent)
        {
            return;
        }

        if (!string.Equals(parent, id, StringComparison.Ordinal))
        {
            await access.FindAsync(parent, context);
        }

        if (await parents.IsCircleAsync(id, parent, planned: null, context.RequestAborted))
        {
            throw MlflowException.Invalid(RunSentences.OwnParent.English);
        }
    }

    private Metrics Read(IReadOnlyList<MlflowRequest> metrics) =>
        new(PointsOf(metrics), ModelMetric.Of(metrics, clock.GetUtcNow()));

    /// <summary>Refuses metrics of models that are not there, or not the caller's.</summary>
    private Task CheckAsync(Metrics metrics, HttpContext context) =>
        models.CheckAsync(
            [.. metrics.OfModels.Select(metric => metric.ModelId).Distinct(StringComparer.Ordinal)],
            onlyNamed: false,
            context
        );

    private MetricPoints PointsOf(IReadOnlyList<MlflowRequest> metrics)
    {
        var points = new MetricPoints();
        var keys = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var metric in metrics)
        {
            var key = MlflowValues.KeyOf(metric);
            if (!keys.TryGetValue(key, out var index))
            {
                keys[key] = index = points.Keys.Count;
                points.Keys.Add(key);
            }

            var at = metric.Whole("timestamp") is { } milliseconds
                ? MlflowValues.TimeOf(milliseconds)
                : clock.GetUtcNow();
            points.Add(index, metric.Whole("step") ?? 0, at, metric.RequiredNumber("value"), stage: -1);
        }

        return points;
    }

    private async Task UpdateAsync(string id, UpdateRun update, HttpContext context) =>
        MlflowRunAccess.Check(
            await handler.HandleAsync(
                id,
                update with
                {
                    Attempt = context.JobAttempt(),
                },
                context.EventMetadata(id),
                ifVersion: null,
                context.RequestAborted
            )
        );

    private async Task WriteAsync(string id, Metrics metrics, HttpContext context)
    {
        switch (await writer.WriteAsync(id, metrics.Points, context.JobAttempt(), context.RequestAborted))
        {
            case { Points: not null }:
                await modelMetrics.WriteAsync(id, metrics.OfModels, context.RequestAborted);
                return;
            case { IsFenced: true }:
                throw new MlflowException("PERMISSION_DENIED", Run.Fenced.Message);
            default:
                throw MlflowException.NotFound($"Run with id={id} not found");
        }
    }

    /// <summary>The metrics of a request: points of the run, and those that are also about a model.</summary>
    private sealed record Metrics(MetricPoints Points, IReadOnlyList<ModelMetric> OfModels);
}
