using System.Data.Common;
using System.Globalization;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Rules;

namespace Platform.Tracking.Alerts.Firing;

/// <summary>Says what happened.</summary>
internal static class AlertMessages
{
    /// <summary>Reads a row of <see cref="AlertView.Columns"/>.</summary>
    public static Sentence Of(DbDataReader row)
    {
        var (name, seconds) = (row.Value<string>("subject_name"), row.ValueOrNull<int>("seconds") ?? 0);
        return row.Value<string>("watch") switch
        {
            RuleWords.Node => AlertSentences.NodeLost.With(name),
            RuleWords.Job => row.Value<string>("condition") switch
            {
                RuleWords.Failed => AlertSentences.JobFailed.With(name),
                RuleWords.Waiting => AlertSentences.JobWaiting.With(name, seconds),
                RuleWords.Running => AlertSentences.JobRunning.With(name, seconds),
                _ => AlertSentences.JobLost.With(name),
            },
            _ => OfMetric(row, seconds),
        };
    }

    private static Sentence OfMetric(DbDataReader row, int seconds)
    {
        var metric = row.Value<string>("metric");
        var step = Text(row.ValueOrNull<long>("step"));
        var value = Text(row.ValueOrNull<double>("value"));
        var threshold = Text(row.ValueOrNull<double>("threshold"));
        return row.Value<string>("condition") switch
        {
            RuleWords.Greater => AlertSentences.Greater.With(metric, value, step, threshold),
            RuleWords.Less => AlertSentences.Less.With(metric, value, step, threshold),
            RuleWords.NaN => AlertSentences.NaN.With(metric, step),
            RuleWords.Infinity => AlertSentences.Infinity.With(metric, value, step),
            RuleWords.ZScore => AlertSentences.ZScore.With(metric, value, step, threshold),
            _ when row.ValueOrNull<long>("step") is null => AlertSentences.NoProgressFor.With(metric, seconds),
            _ => AlertSentences.NoProgress.With(metric, step),
        };
    }

    private static string Text(IFormattable? number) => number?.ToString(null, CultureInfo.InvariantCulture) ?? "";
}
