using System.Text.Json.Serialization;

namespace Platform.Tracking.Alerts.Evaluation;

/// <summary>What a rule remembers of a series between two points.</summary>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed record WatchState
{
    public static readonly WatchState Initial = new();

    /// <summary>The place of the last point; null before the first.</summary>
    public long? Step { get; init; }
    public DateTime At { get; init; }

    /// <summary>How many points in succession have fulfilled the condition.</summary>
    public int Streak { get; init; }
    public bool IsFiring { get; init; }

    /// <summary>How many alerts the series has raised.</summary>
    public int Firings { get; init; }

    /// <summary>The best value so far; null before the first number.</summary>
    public double? Best { get; init; }

    /// <summary>When the best value, or the first point, was logged.</summary>
    public DateTime? BestAt { get; init; }

    /// <summary>How many points have brought no better one.</summary>
    public int SinceBest { get; init; }

    /// <summary>The values before the next one, oldest first.</summary>
    public IReadOnlyList<double> Window { get; init; } = [];
}
