using System.Globalization;
using Platform.Mlflow;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Mlflow.Experiments;
using Platform.Tracking.Mlflow.Inputs;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>The experiment of a run, which takes its runs with it when it is deleted.</summary>
internal readonly record struct RunExperiment(string Id, bool IsDeleted);

/// <summary>Runs as MLflow's clients see them.</summary>
internal static class MlflowRunMapping
{
    public const string NameTag = "mlflow.runName";
    public const string UserTag = "mlflow.user";
    public const string ParentTag = "mlflow.parentRunId";

    /// <summary>MLflow writes UUIDs without dashes.</summary>
    public static string IdOf(string runId) =>
        Guid.TryParseExact(runId, "D", out var uuid) ? uuid.ToString("N", CultureInfo.InvariantCulture) : runId;

    public static string StatusOf(RunStatus status) =>
        status switch
        {
            RunStatus.Scheduled => "SCHEDULED",
            RunStatus.Finished => "FINISHED",
            RunStatus.Failed => "FAILED",
            RunStatus.Interrupted => "KILLED",
            _ => "RUNNING",
        };

    /// <summary>Reads a status, by its name or its number in the protocol.</summary>
    public static RunStatus StatusOf(string name) =>
        name.ToUpperInvariant() switch
        {
            "RUNNING" or "1" => RunStatus.Running,
            "SCHEDULED" or "2" => RunStatus.Scheduled,
            "FINISHED" or "3" => RunStatus.Finished,
            "FAILED" or "4" => RunStatus.Failed,
            "KILLED" or "5" => RunStatus.Interrupted,
            _ => throw MlflowException.Invalid(
                $"Invalid value '{ClientText.Brief(name)}' for parameter 'status' supplied."
            ),
        };

    public static MlflowRunInfo InfoOf(RunView run, RunExperiment experiment) =>
        new()
        {
            RunId = IdOf(run.Id),
            RunName = run.Name,
            ExperimentId = experiment.Id,
            UserId = run.Tags.TryGetProperty(UserTag, out var user) ? user.GetString()! : "",
            Status = StatusOf(run.Status),
            StartTime = (run.StartedAt ?? run.CreatedAt).ToUnixTimeMilliseconds(),
            EndTime = run.EndedAt?.ToUnixTimeMilliseconds(),
            ArtifactUri = $"{MlflowExperiments.LocationOf(experiment.Id)}/{IdOf(run.Id)}/artifacts",
            LifecycleStage = run.Deletion is null && !experiment.IsDeleted ? "active" : "deleted",
        };

    /// <param name="latest">For each metric, its last point.</param>
    /// <param name="links">What it read and made.</param>
    public static MlflowRun Of(
        RunView run,
        RunExperiment experiment,
        IEnumerable<MlflowMetric> latest,
        MlflowRunLinks links
    ) =>
        new()
        {
            Info = InfoOf(run, experiment),
            Inputs = links.Inputs,
            Outputs = links.Outputs,
            Data = new MlflowRunData
            {
                Metrics = latest.ToList().OrNull(),
                Params = run
                    .Parameters.EnumerateObject()
                    .Select(parameter => new MlflowTag(parameter.Name, new RunValue(parameter.Value).Text))
                    .ToList()
                    .OrNull(),
                Tags = TagsOf(run).OrNull(),
            },
        };

    public static MlflowMetric MetricOf(string key, double value, DateTimeOffset at, long step, string? runId = null) =>
        new(key, MlflowJson.Clamped(value), at.ToUnixTimeMilliseconds(), step, runId);

    private static List<MlflowTag> TagsOf(RunView run)
    {
        var tags = run
            .Tags.EnumerateObject()
            .Where(tag => tag.Name is not NameTag and not ParentTag)
            .Select(tag => new MlflowTag(tag.Name, tag.Value.GetString()!))
            .ToList();
        tags.Add(new MlflowTag(NameTag, run.Name));
        if (run.ParentId is { } parent)
        {
            tags.Add(new MlflowTag(ParentTag, IdOf(parent)));
        }

        return tags;
    }
}
