using Platform.EventStore;
using Platform.Mlflow;
using Platform.Tracking.Metrics;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>MLflow's requests that read the points of a metric.</summary>
internal sealed class MlflowMetricHistory(TrackingStore store, MetricReader reader, MlflowRunAccess access)
{
    private const int MaxPage = 25_000;
    private const int MaxRuns = 100;
    private const int MaxSampled = 2500;
    private const int UsuallySampled = 320;

    /// <summary>More than a client without pages reads; it is told of the rest by a token.</summary>
    private const int MaxWithoutPages = 1_000_000;

    public async Task<object> GetAsync(MlflowRequest request, HttpContext context)
    {
        var key = request.RequiredText("metric_key");
        var limit = request.Whole("max_results") is null
            ? MaxWithoutPages
            : MlflowPages.LimitOf(request, MaxPage, MaxPage);
        var offset = MlflowPages.OffsetOf(request.Text("page_token"));
        var id = await access.FindAsync(request.RunId(), context);
        var points = await ReadAsync(id, key, limit + 1, offset, withRun: false, context.RequestAborted);
        return new
        {
            Metrics = points.Take(limit).ToList().OrNull(),
            NextPageToken = MlflowPages.TokenOf(offset + limit, points.Count > limit),
        };
    }

    public async Task<object> GetBulkAsync(MlflowRequest request, HttpContext context)
    {
        var key = request.RequiredText("metric_key");
        var limit = MlflowPages.LimitOf(request, MaxPage, MaxPage);
        var metrics = new List<MlflowMetric>();
        foreach (var run in RunsOf(request, "run_id"))
        {
            var id = await access.FindAsync(run, context);
            metrics.AddRange(await ReadAsync(id, key, limit, 0, withRun: true, context.RequestAborted));
        }

        return new { Metrics = metrics.Take(limit).ToList().OrNull() };
    }

    public async Task<object> GetSampledAsync(MlflowRequest request, HttpContext context)
    {
        var key = request.RequiredText("metric_key");
        var limit = MlflowPages.LimitOf(request, UsuallySampled, MaxSampled);
        var (from, to) = (request.Whole("start_step"), request.Whole("end_step"));
        if (from is null != to is null || from > to)
        {
            throw MlflowException.Invalid(
                "If either start step or end step are specified, both must be specified, and the end must not be before the start."
            );
        }

        var metrics = new List<MlflowMetric>();
        foreach (var run in RunsOf(request, "run_ids"))
        {
            var id = await access.FindAsync(run, context);
            var (_, series) = (await reader.FindSeriesAsync(id, [key], context.RequestAborted))!.Value;
            // As in MLflow, the first and the last point are kept however few are asked for.
            var most = Math.Max(limit, SeriesSampler.MinPoints);
            var points = await reader.ReadAsync(series[0], most, from, to, context.RequestAborted);
            metrics.AddRange(
                points.Select(point =>
                    MlflowRunMapping.MetricOf(
                        key,
                        point.Value,
                        new DateTimeOffset(DateTime.SpecifyKind(point.At, DateTimeKind.Utc)),
                        point.Step,
                        MlflowRunMapping.IdOf(id)
                    )
                )
            );
        }

        return new { Metrics = metrics.OrNull() };
    }

    private static IReadOnlyList<string> RunsOf(MlflowRequest request, string field)
    {
        var runs = request.Texts(field);
        return runs.Count switch
        {
            0 => throw MlflowException.Missing(field),
            > MaxRuns => throw MlflowException.Invalid(
                $"GetMetricHistoryBulk request must specify at most {MaxRuns} run_ids. Received {runs.Count} run_ids."
            ),
            _ => runs,
        };
    }

    private async Task<List<MlflowMetric>> ReadAsync(
        string id,
        string key,
        int limit,
        long offset,
        bool withRun,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            select p.value, p.at, p.step from metric_series s join metric_point p on p.series_id = s.id
            where s.run_id = $1 and s.key = $2 order by p.at, p.step, p.value limit $3 offset $4
            """,
            id,
            key,
            limit,
            offset
        );
        var points = new List<MlflowMetric>();
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            points.Add(
                MlflowRunMapping.MetricOf(
                    key,
                    rows.GetDouble(0),
                    new DateTimeOffset(DateTime.SpecifyKind(rows.GetDateTime(1), DateTimeKind.Utc)),
                    rows.GetInt64(2),
                    withRun ? MlflowRunMapping.IdOf(id) : null
                )
            );
        }

        return points;
    }
}
