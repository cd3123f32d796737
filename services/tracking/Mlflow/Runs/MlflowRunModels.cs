using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.EventStore;
using Platform.Mlflow;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>MLflow's requests about the models that a run logged: a tag of the run lists them, as in MLflow.</summary>
internal sealed class MlflowRunModels(RunHandler handler, RunReader runs, MlflowRunAccess access)
{
    private const string HistoryTag = "mlflow.log-model.history";
    private const int MaxTries = 10;

    private static readonly string[] _fields = ["artifact_path", "flavors", "utc_time_created", "run_id"];

    /// <summary>Texts are written with few escapes, so that more of them fit.</summary>
    private static readonly JsonSerializerOptions _compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Adds a model to the tag. One that is there already stays as it is, so that a repeat changes nothing.</summary>
    public async Task<object> LogModelAsync(MlflowRequest request, HttpContext context)
    {
        var model = Kept(ModelOf(request.RequiredText("model_json")));
        var id = await access.FindActiveAsync(request.RunId(), context);
        for (var tries = 1; ; tries++)
        {
            var run =
                await runs.FindAsync(id, context.RequestAborted)
                ?? throw MlflowException.NotFound($"Run with id={id} not found");
            var history = HistoryOf(run);
            if (history.Any(known => JsonNode.DeepEquals(known, model)))
            {
                return MlflowEndpoint.Empty;
            }

            history.Add(model.DeepClone());
            try
            {
                var outcome = await handler.HandleAsync(
                    id,
                    new UpdateRun(
                        Tags: new Dictionary<string, string?>(StringComparer.Ordinal)
                        {
                            [HistoryTag] = Fitting(history),
                        }
                    )
                    {
                        Attempt = context.JobAttempt(),
                    },
                    context.EventMetadata(id),
                    ifVersion: run.Version,
                    context.RequestAborted
                );
                MlflowRunAccess.Check(outcome);
                return MlflowEndpoint.Empty;
            }
            catch (StreamVersionConflictException) when (tries < MaxTries)
            {
                // Another model was logged at the same time.
            }
        }
    }

    private static JsonObject ModelOf(string json)
    {
        try
        {
            if (JsonNode.Parse(json) is JsonObject model)
            {
                return Array.Find(_fields, field => !model.ContainsKey(field)) is { } missing
                    ? throw MlflowException.Invalid($"Model json is missing mandatory field: {missing}")
                    : model;
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw MlflowException.Invalid("Malformed model info: 'model_json' is no JSON object.");
    }

    /// <summary>What the tag says of a model, as in MLflow. Its signature, which may be large, is in the model's files.</summary>
    private static JsonObject Kept(JsonObject model)
    {
        var kept = new JsonObject();
        foreach (var field in _fields.Append("model_uuid"))
        {
            if (model.TryGetPropertyValue(field, out var value))
            {
                kept[field] = value?.DeepClone();
            }
        }

        foreach (
            var flavor in (kept["flavors"] as JsonObject ?? []).Select(flavor => flavor.Value).OfType<JsonObject>()
        )
        {
            flavor.Remove("config");
        }

        return kept;
    }

    private static JsonArray HistoryOf(RunView run)
    {
        try
        {
            return
                run.Tags.TryGetProperty(HistoryTag, out var tag)
                && JsonNode.Parse(tag.GetString()!) is JsonArray history
                ? history
                : [];
        }
        catch (JsonException)
        {
            // Somebody set the tag to something else.
            return [];
        }
    }

    /// <summary>The newest of them that a tag has room for.</summary>
    private static string Fitting(JsonArray history)
    {
        while (history.Count > 1 && history.ToJsonString(_compact).Length > RunRules.MaxTag)
        {
            history.RemoveAt(0);
        }

        return history.ToJsonString(_compact) is { Length: <= RunRules.MaxTag } text
            ? text
            : throw MlflowException.Invalid($"The model has more than {RunRules.MaxTag} characters.");
    }
}
