using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.Tracking.Metrics.Storage;

namespace Platform.Tracking.Metrics;

/// <summary>Which points of which series are wanted, and how many.</summary>
/// <param name="IsRelative">Their seconds since the start of the run are wanted too.</param>
internal sealed record SeriesSelection(string[]? Keys, int Points, PointRange Range, bool IsRelative)
{
    private const int DefaultPoints = 2000;
    private const int MaxPoints = 100_000;

    /// <summary>Checks a request.</summary>
    public static bool TryParse(
        SeriesQuery query,
        string[]? keys,
        [NotNullWhen(true)] out SeriesSelection? selection,
        [NotNullWhen(false)] out ProblemHttpResult? refusal
    )
    {
        selection = null;
        refusal = null;
        var points = query.Points ?? DefaultPoints;
        if (points is < SeriesSampler.MinPoints or > MaxPoints)
        {
            refusal = ProblemResults.Invalid("points", RunSentences.PointsOf.With(SeriesSampler.MinPoints, MaxPoints));
            return false;
        }

        if (query.X is not (null or "step" or "time" or "relative"))
        {
            refusal = ProblemResults.Invalid("x", RunSentences.Axis);
            return false;
        }

        selection = new SeriesSelection(
            keys,
            points,
            new PointRange
            {
                FromStep = query.FromStep ?? long.MinValue,
                ToStep = query.ToStep ?? long.MaxValue,
                FromTime = query.FromTime is { } from ? PointTime.Of(from.UtcDateTime) : long.MinValue,
                ToTime = query.ToTime is { } to ? PointTime.Of(to.UtcDateTime) : long.MaxValue,
                AfterBatch = query.After ?? -1,
                ByTime = query.X is "time" or "relative",
            },
            query.X is "relative"
        );
        return true;
    }
}
