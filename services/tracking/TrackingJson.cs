using System.Text.Json.Serialization;
using Platform.EventStore;
using Platform.Tracking.Alerts.Evaluation;
using Platform.Tracking.Alerts.Firing;
using Platform.Tracking.Alerts.Rules;
using Platform.Tracking.Alerts.Sending;
using Platform.Tracking.Changing;
using Platform.Tracking.Exporting;
using Platform.Tracking.Importing;
using Platform.Tracking.Mlflow.Experiments;
using Platform.Tracking.Mlflow.LoggedModels;
using Platform.Tracking.Runs;

namespace Platform.Tracking;

/// <summary>The stored JSON form of the events of runs, experiments, logged models and alerts.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(RunCreated))]
[JsonSerializable(typeof(RunIdentified))]
[JsonSerializable(typeof(RunStarted))]
[JsonSerializable(typeof(RunUpdated))]
[JsonSerializable(typeof(PrimaryMetricSet))]
[JsonSerializable(typeof(EnvironmentRecorded))]
[JsonSerializable(typeof(LossesReported))]
[JsonSerializable(typeof(RunEnded))]
[JsonSerializable(typeof(RunLost))]
[JsonSerializable(typeof(RunSettled))]
[JsonSerializable(typeof(RunDeleted))]
[JsonSerializable(typeof(RunRestored))]
[JsonSerializable(typeof(RunPurged))]
[JsonSerializable(typeof(ExperimentCreated))]
[JsonSerializable(typeof(ExperimentRenamed))]
[JsonSerializable(typeof(ExperimentTagSet))]
[JsonSerializable(typeof(ExperimentDeleted))]
[JsonSerializable(typeof(ExperimentRestored))]
[JsonSerializable(typeof(LoggedModelCreated))]
[JsonSerializable(typeof(LoggedModelFinalized))]
[JsonSerializable(typeof(LoggedModelParamsLogged))]
[JsonSerializable(typeof(LoggedModelTagsSet))]
[JsonSerializable(typeof(LoggedModelDeleted))]
[JsonSerializable(typeof(LoggedModelPurged))]
[JsonSerializable(typeof(AlertRuleCreated))]
[JsonSerializable(typeof(AlertRuleChanged))]
[JsonSerializable(typeof(AlertRulePaused))]
[JsonSerializable(typeof(AlertRuleResumed))]
[JsonSerializable(typeof(AlertRuleDeleted))]
[JsonSerializable(typeof(AlertFired))]
[JsonSerializable(typeof(AlertResolved))]
[JsonSerializable(typeof(RuleSpec))]
[JsonSerializable(typeof(WatchState))]
[JsonSerializable(typeof(WebhookBody))]
[JsonSerializable(typeof(RunRequestContent))]
[JsonSerializable(typeof(ArchiveManifest))]
[JsonSerializable(typeof(ArchivedRun))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, RunValue>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(RunLosses))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, RunLosses>))]
internal sealed partial class TrackingJson : JsonSerializerContext
{
    public static void Register(EventTypes events) =>
        events
            .Add("run_created", Default.RunCreated)
            .Add("run_identified", Default.RunIdentified)
            .Add("run_started", Default.RunStarted)
            .Add("run_updated", Default.RunUpdated)
            .Add("primary_metric_set", Default.PrimaryMetricSet)
            .Add("environment_recorded", Default.EnvironmentRecorded)
            .Add("losses_reported", Default.LossesReported)
            .Add("run_ended", Default.RunEnded)
            .Add("run_lost", Default.RunLost)
            .Add("run_settled", Default.RunSettled)
            .Add("run_deleted", Default.RunDeleted)
            .Add("run_restored", Default.RunRestored)
            .Add("run_purged", Default.RunPurged)
            .Add("experiment_created", Default.ExperimentCreated)
            .Add("experiment_renamed", Default.ExperimentRenamed)
            .Add("experiment_tag_set", Default.ExperimentTagSet)
            .Add("experiment_deleted", Default.ExperimentDeleted)
            .Add("experiment_restored", Default.ExperimentRestored)
            .Add("logged_model_created", Default.LoggedModelCreated)
            .Add("logged_model_finalized", Default.LoggedModelFinalized)
            .Add("logged_model_params_logged", Default.LoggedModelParamsLogged)
            .Add("logged_model_tags_set", Default.LoggedModelTagsSet)
            .Add("logged_model_deleted", Default.LoggedModelDeleted)
            .Add("logged_model_purged", Default.LoggedModelPurged)
            .Add("alert_rule_created", Default.AlertRuleCreated)
            .Add("alert_rule_changed", Default.AlertRuleChanged)
            .Add("alert_rule_paused", Default.AlertRulePaused)
            .Add("alert_rule_resumed", Default.AlertRuleResumed)
            .Add("alert_rule_deleted", Default.AlertRuleDeleted)
            .Add("alert_fired", Default.AlertFired)
            .Add("alert_resolved", Default.AlertResolved);
}
