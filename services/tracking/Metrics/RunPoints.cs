using Platform.Tracking.Metrics.Storage;

namespace Platform.Tracking.Metrics;

/// <summary>Requests to log points of one run, which are stored as one batch.</summary>
internal sealed class RunPoints(string runId, int? attempt, IReadOnlyList<MetricPoints> requests)
{
    private readonly Dictionary<string, SeriesWrite> _series = new(StringComparer.Ordinal);
    private readonly int[] _stored = new int[requests.Count];

    public string RunId => runId;

    /// <summary>The attempt of the run's job that sent them; null when they are not from a job.</summary>
    public int? Attempt => attempt;

    /// <summary>The names of their series.</summary>
    public IReadOnlyList<string> Keys { get; } =
    [.. requests.SelectMany(request => request.Keys).Distinct(StringComparer.Ordinal)];

    /// <summary>The batch number that was taken, if one was.</summary>
    public long? Batch { get; set; }

    /// <summary>The newest known attempt of the run's job; null when there is no such run.</summary>
    public int? Newest { get; set; }

    public IReadOnlyCollection<SeriesWrite> Series => _series.Values;

    public IEnumerable<string> UnknownKeys => Keys.Where(key => !_series.ContainsKey(key));

    public int StoredCount => _stored.Sum();

    /// <summary>Takes what is known of a series.</summary>
    /// <param name="tail">How many points its tail has; null when it has none yet.</param>
    public void Know(SeriesState state, int? tail) => _series.Add(state.Key, new SeriesWrite(state, tail));

    /// <summary>Gives the points to their series.</summary>
    public void Order(IReadOnlyDictionary<string, int> stages)
    {
        for (var request = 0; request < requests.Count; request++)
        {
            var points = requests[request];
            var series = points.Keys.ConvertAll(key => _series[key]);
            var stageIds = points.Stages.ConvertAll(name => stages[name]);
            for (var i = 0; i < points.Count; i++)
            {
                var stage = points.StageIndex[i] < 0 ? 0 : stageIds[points.StageIndex[i]];
                series[points.KeyIndex[i]]
                    .Add(request, points.Steps[i], PointTime.Of(points.Times[i]), points.Values[i], stage);
            }
        }

        foreach (var one in _series.Values)
        {
            one.Order(Batch!.Value);
        }
    }

    public void CountStored()
    {
        foreach (var series in _series.Values)
        {
            series.CountStored(_stored);
        }
    }

    /// <summary>What became of each request.</summary>
    public IEnumerable<LogOutcome> Outcomes()
    {
        for (var request = 0; request < requests.Count; request++)
        {
            yield return Batch is { } batch && Newest is not null
                ? new LogOutcome(
                    new LoggedPoints(requests[request].Count, _stored[request], StoredCount == 0 ? batch - 1 : batch)
                )
                : new LogOutcome(Points: null, IsFenced: Newest > attempt);
        }
    }
}
