using Platform.Contracts.Sentences;

namespace Platform.Tracking.Metrics;

/// <summary>The points of one request, column by column, as they are sent to the database.</summary>
internal sealed class MetricPoints
{
    /// <summary>Stands for a step that the service assigns.</summary>
    public const long NoStep = long.MinValue;

    public List<string> Keys { get; } = [];

    /// <summary>The names of stages; the points refer to them from 1.</summary>
    public List<string> Stages { get; } = [];

    public List<int> KeyIndex { get; } = [];
    public List<long> Steps { get; } = [];

    /// <summary>UTC, in whole microseconds, as PostgreSQL stores them.</summary>
    public List<DateTime> Times { get; } = [];
    public List<double> Values { get; } = [];

    /// <summary>Index of the stage in <see cref="Stages"/>, or -1.</summary>
    public List<int> StageIndex { get; } = [];

    public int Count => Steps.Count;

    public void Add(int key, long step, DateTimeOffset at, double value, int stage)
    {
        KeyIndex.Add(key);
        Steps.Add(step);
        Times.Add(ToMicroseconds(at));
        Values.Add(value);
        StageIndex.Add(stage);
    }

    private static DateTime ToMicroseconds(DateTimeOffset at) =>
        new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);
}

/// <summary>What is wrong with a body of points.</summary>
/// <param name="Field">Such as <c>points[3].value</c>.</param>
/// <param name="IsMalformed">Whether the body is no JSON that can be taken, rather than wrong in what it says.</param>
internal sealed record PointsError(string Field, Sentence Why, bool IsMalformed = false);
