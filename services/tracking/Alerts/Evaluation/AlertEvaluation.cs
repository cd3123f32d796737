using System.Diagnostics;
using Platform.Tracking.Alerts.Rules;

namespace Platform.Tracking.Alerts.Evaluation;

/// <summary>
/// Looks at the points of a series in the order of their steps and times, as they come. A point whose place was passed already changes
/// nothing: neither one that is logged again, nor one that comes late. So it makes no difference how the points were cut into requests.
/// </summary>
internal sealed class AlertEvaluation
{
    /// <summary>
    /// A series that goes up and down around a threshold raises no more alerts than this; the rule has to be changed or resumed first.
    /// </summary>
    public const int MaxFirings = 100;

    /// <summary>Below this part of the mean, what values differ by is rounding.</summary>
    private const double Rounding = 1e-12;

    private readonly MetricCondition _condition;
    private readonly Queue<double> _window;
    private WatchState _state;

    public AlertEvaluation(MetricCondition condition, WatchState state)
    {
        _condition = condition;
        _state = state;
        _window = new Queue<double>(state.Window);
    }

    /// <summary>What is to be remembered.</summary>
    public WatchState State => _state with { Window = [.. _window] };

    /// <summary>From when on the alert fires without another point; null when it does not.</summary>
    public DateTime? DueAt =>
        _condition is { Word: RuleWords.NoProgress, Within: { } within }
        && _state is { IsFiring: false, Firings: < MaxFirings, BestAt: { } since }
            ? After(since, within)
            : null;

    /// <summary>Looks at the next points.</summary>
    public IReadOnlyList<SeriesTransition> Add(IEnumerable<WatchedPoint> points) =>
        [.. points.Select(Add).OfType<SeriesTransition>()];

    /// <summary>Looks at the time: points may be missing, which is no progress either.</summary>
    public SeriesTransition? Wait(DateTime now)
    {
        if (DueAt is not { } due || due > now)
        {
            return null;
        }

        _state = _state with { IsFiring = true, Firings = _state.Firings + 1 };
        return new SeriesTransition(Fires: true, Point: null);
    }

    private SeriesTransition? Add(WatchedPoint point)
    {
        if (_state.Step is { } last && (point.Step, point.At).CompareTo((last, _state.At)) <= 0)
        {
            return null;
        }

        var holds = Holds(point);
        var streak = holds ? Math.Min(_state.Streak + 1, _condition.Consecutive) : 0;
        _state = _state with { Step = point.Step, At = point.At, Streak = streak };
        if (!_state.IsFiring && streak >= _condition.Consecutive && _state.Firings < MaxFirings)
        {
            _state = _state with { IsFiring = true, Firings = _state.Firings + 1 };
            return new SeriesTransition(Fires: true, point);
        }

        if (_state.IsFiring && !holds)
        {
            _state = _state with { IsFiring = false };
            return new SeriesTransition(Fires: false, point);
        }

        return null;
    }

    private bool Holds(WatchedPoint point) =>
        _condition.Word switch
        {
            RuleWords.Greater => point.Value > _condition.Threshold,
            RuleWords.Less => point.Value < _condition.Threshold,
            RuleWords.NaN => double.IsNaN(point.Value),
            RuleWords.Infinity => double.IsInfinity(point.Value),
            RuleWords.NoProgress => BringsNone(point),
            RuleWords.ZScore => StandsOut(point.Value),
            _ => throw new UnreachableException($"No condition {_condition.Word}."),
        };

    private bool BringsNone(WatchedPoint point)
    {
        if (double.IsFinite(point.Value) && IsBetter(point.Value))
        {
            _state = _state with { Best = point.Value, BestAt = point.At, SinceBest = 0 };
            return false;
        }

        _state = _state with
        {
            BestAt = _state.BestAt ?? point.At,
            SinceBest = _state.SinceBest + (_state.SinceBest < int.MaxValue ? 1 : 0),
        };
        // Whoever waited for it has seen none either, whatever the clock of the training says.
        return _state.IsFiring
            || _state.SinceBest >= _condition.Points
            || point.At - _state.BestAt >= _condition.Within;
    }

    /// <summary>The end of time when it would be later: whoever trains sets the clock.</summary>
    private static DateTime After(DateTime since, TimeSpan within) =>
        within < DateTime.MaxValue - since ? since + within : DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc);

    private bool IsBetter(double value) =>
        _state.Best is not { } best
        || (_condition.HigherIsBetter ? value > best + _condition.MinDelta : value < best - _condition.MinDelta);

    /// <summary>
    /// Whether a value is far from those before it. It is one of those for the next ones, so that a series that stays at another level is
    /// told of once. NaN and the infinities have conditions of their own.
    /// </summary>
    private bool StandsOut(double value)
    {
        if (!double.IsFinite(value))
        {
            return false;
        }

        var standsOut = false;
        if (_window.Count == _condition.Window)
        {
            var mean = _window.Average();
            var deviation = Math.Sqrt(_window.Sum(one => (one - mean) * (one - mean)) / _window.Count);
            standsOut = Math.Abs(value - mean) > Math.Max(_condition.Threshold * deviation, Rounding * Math.Abs(mean));
            _window.Dequeue();
        }

        _window.Enqueue(value);
        return standsOut;
    }
}
