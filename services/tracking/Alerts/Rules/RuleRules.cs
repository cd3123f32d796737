using Platform.Contracts.Sentences;
using Platform.Mlflow.Filtering;
using Platform.ServiceDefaults;
using Platform.Tracking.Filtering;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Alerts.Rules;

/// <summary>Which rules there may be. Each condition takes its own fields, and no others.</summary>
internal static class RuleRules
{
    public const int MaxName = 120;
    public const int MaxConsecutive = 1000;
    public const int MinWindow = 5;
    public const int MaxWindow = 500;
    public const int MaxPoints = 1_000_000;
    public const int MaxSeconds = 30 * 24 * 3600;
    public const int MaxDestinations = 20;

    /// <summary>Checks a rule and fills in what it leaves out.</summary>
    public static RuleSpec Check(RuleSpec spec, FieldErrors errors)
    {
        if (spec.Name is not { Length: <= MaxName } || !ClientText.IsVisibleLine(spec.Name))
        {
            errors.Add("name", AlertSentences.Name.With(MaxName));
        }

        if (spec.Destinations.Count > MaxDestinations || spec.Destinations.Distinct().Count() < spec.Destinations.Count)
        {
            errors.Add("destinations", AlertSentences.Destinations.With(MaxDestinations));
        }

        if (!RuleWords.Watches.Contains(spec.Watch, StringComparer.Ordinal))
        {
            errors.Add("watch", AlertSentences.OneOf.With(string.Join(", ", RuleWords.Watches)));
            return spec;
        }

        if (!RuleWords.Conditions(spec.Watch).Contains(spec.Condition, StringComparer.Ordinal))
        {
            errors.Add("condition", AlertSentences.OneOf.With(string.Join(", ", RuleWords.Conditions(spec.Watch))));
            return spec;
        }

        CheckProject(spec, errors);
        var isOfMetrics = spec.Watch is RuleWords.Metric;
        Takes("metric", spec.Metric, isOfMetrics, RunRules.IsKey(spec.Metric), RunSentences.Key, errors);
        Takes("filter", spec.Filter, isOfMetrics, errors);
        if (isOfMetrics && spec.Filter is { } filter && ProblemWithFilter(filter) is { } problem)
        {
            errors.Add("filter", problem);
        }

        return CheckNumbers(spec, errors);
    }

    private static RuleSpec CheckNumbers(RuleSpec spec, FieldErrors errors)
    {
        var condition = spec.Watch is RuleWords.Metric ? spec.Condition : $"{spec.Watch}:{spec.Condition}";
        var isNoProgress = condition is RuleWords.NoProgress;
        var isZScore = condition is RuleWords.ZScore;
        Takes(
            "threshold",
            spec.Threshold,
            isZScore || condition is RuleWords.Greater or RuleWords.Less,
            spec.Threshold is { } threshold && double.IsFinite(threshold) && (!isZScore || threshold > 0),
            isZScore ? AlertSentences.Positive : AlertSentences.Number,
            errors
        );
        TakesCount(
            "consecutive",
            spec.Consecutive,
            spec.Watch is RuleWords.Metric && !isNoProgress,
            1,
            MaxConsecutive,
            errors
        );
        TakesCount("window", spec.Window, isZScore, MinWindow, MaxWindow, errors);
        TakesCount("points", spec.Points, isNoProgress, 1, MaxPoints, errors);
        var isTimed = condition is "job:waiting" or "job:running";
        TakesCount("seconds", spec.Seconds, isNoProgress || isTimed, 1, MaxSeconds, errors);
        Takes(
            "goal",
            spec.Goal,
            isNoProgress,
            spec.Goal is "min" or "max",
            AlertSentences.OneOf.With("min, max"),
            errors
        );
        if (spec.MinDelta is not null)
        {
            Takes(
                "minDelta",
                spec.MinDelta,
                isNoProgress,
                spec.MinDelta is >= 0 and <= double.MaxValue,
                AlertSentences.NotNegative,
                errors
            );
        }

        if (isNoProgress && spec.Points is null && spec.Seconds is null)
        {
            errors.TryAdd("points", AlertSentences.PointsOrSeconds);
        }

        if (isTimed && spec.Seconds is null)
        {
            errors.TryAdd("seconds", AlertSentences.Count.With(1, MaxSeconds));
        }

        return spec.Watch is RuleWords.Metric
            ? spec with
            {
                Consecutive = isNoProgress ? null : spec.Consecutive ?? 1,
                Window = isZScore ? spec.Window ?? 30 : null,
                MinDelta = isNoProgress ? spec.MinDelta ?? 0 : null,
            }
            : spec;
    }

    private static void CheckProject(RuleSpec spec, FieldErrors errors)
    {
        if (spec.IsOfNodes)
        {
            Takes("project", spec.Project, isTaken: false, errors);
        }
        else if (ClientText.ProblemWithProject(spec.Project ?? "") is { } problem)
        {
            errors.Add("project", problem);
        }
    }

    private static Sentence? ProblemWithFilter(string text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > FilterParser.MaxLength || !ClientText.IsText(text))
        {
            return AlertSentences.Filter.With(FilterParser.MaxLength);
        }

        if (FilterParser.Parse(text, out var problem) is not { } node)
        {
            return problem;
        }

        _ = RunFilterSql.Translate(node, _ => "$1", out var meaning);
        return meaning;
    }

    private static void TakesCount(string field, int? value, bool isTaken, int min, int max, FieldErrors errors)
    {
        if (value is not null)
        {
            Takes(field, value, isTaken, value >= min && value <= max, AlertSentences.Count.With(min, max), errors);
        }
    }

    private static void Takes(string field, object? value, bool isTaken, FieldErrors errors)
    {
        if (value is not null && !isTaken)
        {
            errors.Add(field, AlertSentences.NotTaken);
        }
    }

    private static void Takes(
        string field,
        object? value,
        bool isTaken,
        bool isRight,
        Sentence rule,
        FieldErrors errors
    )
    {
        Takes(field, value, isTaken, errors);
        if (isTaken && !isRight)
        {
            errors.Add(field, rule);
        }
    }
}
