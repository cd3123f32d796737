using Platform.Mlflow;
using Platform.ServiceDefaults;
using Platform.Tracking.Metrics;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>MLflow's requests that log values of a run.</summary>
internal sealed class MlflowRunValues(
    RunHandler handler,
    MetricWriter writer,
    MlflowRunAccess access,
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

        var points = PointsOf([request]);
        await WriteAsync(await access.FindActiveAsync(request.RunId(), context), points, context);
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
        await UpdateAsync(await access.FindActiveAsync(request.RunId(), context), update, context);
        return MlflowEndpoint.Empty;
    }

    public async Task<object> DeleteTagAsync(MlflowRequest request, HttpContext context)
    {
        var key = MlflowValues.KeyOf(request);
        var removal = new Dictionary<string, string?>(StringComparer.Ordinal) { [key] = null };
        var id = await access.FindActiveAsync(request.RunId(), context);
        await UpdateAsync(id, new UpdateRun(Tags: removal), context);
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
        var points = PointsOf(metrics);
        var update = TagsOf(tags) with { Parameters = ParametersOf(parameters), ParametersStay = true };
        var id = await access.FindActiveAsync(request.RunId(), context);
        await UpdateAsync(id, update, context);
        if (points.Count > 0)
        {
            await WriteAsync(id, points, context);
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

    /// <summary>Tags; that with the run's name is the run's name.</summary>
    private static UpdateRun TagsOf(IReadOnlyList<MlflowRequest> list)
    {
        var tags = new Dictionary<string, string?>(StringComparer.Ordinal);
        string? name = null;
        foreach (var tag in list)
        {
            var (key, value) = (MlflowValues.KeyOf(tag), MlflowValues.TagOf(tag));
            if (key is MlflowRunMapping.NameTag)
            {
                name = MlflowValues.NameOf(value);
            }
            else
            {
                tags[key] = value;
            }
        }

        return new UpdateRun(name, Tags: tags);
    }

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

    private async Task WriteAsync(string id, MetricPoints points, HttpContext context)
    {
        switch (await writer.WriteAsync(id, points, context.JobAttempt(), context.RequestAborted))
        {
            case { Points: not null }:
                return;
            case { IsFenced: true }:
                throw new MlflowException("PERMISSION_DENIED", Run.Fenced.Message);
            default:
                throw MlflowException.NotFound($"Run with id={id} not found");
        }
    }
}
