using System.Diagnostics;
using System.Globalization;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// Searches of runs by what they logged, as a client sees them: filters that many, few and no runs fulfil, alone and together, orders with
/// and without them, pages far inside, totals, one run. The rows are written straight into the read models.
/// </summary>
internal static class SearchBenchmark
{
    private const int Rounds = 20;
    private const double PageLimit = 50;
    private const double TotalLimit = 500;
    private const double DetailLimit = 10;
    private const int Pages = 10;

    private static readonly (string Name, string Filter)[] _filters =
    [
        ("parameter =, text, 25 %", "params.optimizer = 'adam'"),
        ("parameter =, text, 0.5 %", "params.host = 'gpu-17'"),
        ("parameter =, number, 0.1 %", "params.lr = 0.05"),
        ("parameter <, number, 1 %", "params.lr < 0.001"),
        ("parameter >, number, 90 %", "params.lr > 0.01"),
        ("parameter like 'gpu-1%', 55 %", "params.host like 'gpu-1%'"),
        ("parameter like '%-199', 0.5 %", "params.host like '%-199'"),
        ("parameter like, none", "params.host like '%nowhere%'"),
        ("parameter !=, 75 %", "params.optimizer != 'adam'"),
        ("metric <, 0.01 %", "metrics.\"val/loss\" < 0.0001"),
        ("metric <, 30 %", "metrics.\"val/loss\" < 0.3"),
        ("metric between, 1 %", "metrics.m7 between 0.5 and 0.51"),
        ("tag =, one run in 100,000", "tags.ticket = 'T-777'"),
        ("tag =, 2.5 %", "tags.owner = 'user7'"),
        ("tag =, 85 %", "tags.stage = 'dev'"),
        ("tag in, 5 %", "tags.owner in ('user7', 'user8')"),
        ("status = failed, 5 %", "status = failed"),
        ("started > 7d", "started > 7d"),
        ("two, 2.5 % of 25 %", "params.optimizer = 'adam' and tags.owner = 'user7'"),
        ("two, 30 % of 30 %", "metrics.m2 < 0.3 and metrics.m3 < 0.3"),
        ("two, 10 % of 10 %", "metrics.m2 < 0.1 and metrics.m3 < 0.1"),
        ("three, 5 % of 30 % of 25 %", "status = failed and metrics.m2 < 0.3 and params.optimizer = 'sgd'"),
        (
            "the issue's",
            "metrics.\"val/loss\" < 0.3 and params.lr = \"0.05\" and tags.owner in (\"user7\") and status = failed and started > 400d"
        ),
        ("or of two, 2.5 % and 5 %", "tags.owner = 'user7' or status = failed"),
        ("or of two, one rare", "tags.ticket = 'T-777' or metrics.\"val/loss\" < 0.0001"),
        ("(a or b) and c", "(params.optimizer = 'adam' or params.optimizer = 'lion') and metrics.m4 > 0.99"),
        ("not, 97.5 %", "not tags.owner = 'user7'"),
        ("is null, none", "metrics.m5 is null"),
        ("exclude each other, 5 % and 5 %", "metrics.\"val/loss\" < 0.05 and metrics.\"val/acc\" < 0.05"),
        ("exclude each other, 30 % and 30 %", "metrics.\"val/loss\" < 0.3 and metrics.\"val/acc\" < 0.3"),
        ("exclude each other, 49 % and 49 %", "metrics.\"val/loss\" < 0.49 and metrics.\"val/acc\" < 0.49"),
        (
            "exclude each other, four",
            "metrics.\"val/loss\" < 0.4 and metrics.\"val/acc\" < 0.4 and tags.stage = 'dev' and params.optimizer = 'adam'"
        ),
    ];

    private static readonly string[] _sorts =
    [
        "metrics.val/loss",
        "-metrics.val/loss",
        "params.lr",
        "-params.host",
        "tags.owner",
        "-attributes.started",
        "attributes.status",
        "-createdAt",
        "name",
    ];

    /// <summary>Filters that are measured with each order: one that many runs fulfil, one that few do, two that none does.</summary>
    private static readonly (string Name, string Query)[] _sorted =
    [
        ("all", ""),
        ("of a project, 10 %", "&project=team03"),
        ("of a project, 0.5 %", "&project=team03/p7"),
        ("tag =, 85 %", $"&filter={Uri.EscapeDataString("tags.stage = 'dev'")}"),
        ("metric <, 5 %", $"&filter={Uri.EscapeDataString("metrics.m2 < 0.05")}"),
        ("none", $"&filter={Uri.EscapeDataString("metrics.\"val/loss\" < 0.2 and metrics.\"val/acc\" < 0.2")}"),
    ];

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var runs = int.Parse(
            Environment.GetEnvironmentVariable("PLATFORM_BENCH_SEARCH") ?? "500000",
            CultureInfo.InvariantCulture
        );
        await using var cluster = await Cluster.StartAsync(Path.Combine(bench.Folder, "search-data"), bench.Cancelled);
        await SearchData.FillAsync(cluster, runs, bench.Cancelled);
        var figures = new List<Figure>();
        foreach (var (name, filter) in _filters)
        {
            var path = $"/api/runs?filter={Uri.EscapeDataString(filter)}";
            figures.Add(await MeasureAsync(cluster, name, path, HttpMethod.Get, PageLimit, bench.Cancelled));
            figures.Add(
                await MeasureAsync(cluster, $"{name}: total", path, HttpMethod.Head, TotalLimit, bench.Cancelled)
            );
        }

        foreach (var sort in _sorts)
        {
            foreach (var (name, query) in _sorted)
            {
                var path = $"/api/runs?sort={Uri.EscapeDataString(sort)}{query}";
                figures.Add(
                    await MeasureAsync(cluster, $"{sort}, {name}", path, HttpMethod.Get, PageLimit, bench.Cancelled)
                );
            }

            figures.Add(await MeasurePagesAsync(cluster, sort, bench.Cancelled));
        }

        foreach (var name in new[] { "project=team03", "status=failed", "tag=owner%3Duser7", "tag=stage%3Ddev" })
        {
            figures.Add(
                await MeasureAsync(
                    cluster,
                    $"{name}, page with total",
                    $"/api/runs?total=exact&{name}",
                    HttpMethod.Get,
                    PageLimit,
                    bench.Cancelled
                )
            );
        }

        var id = SearchData.IdOf(runs / 2);
        figures.Add(
            await MeasureAsync(cluster, "one run", $"/api/runs/{id}", HttpMethod.Get, DetailLimit, bench.Cancelled)
        );
        return figures;
    }

    private static async Task<Figure> MeasureAsync(
        Cluster cluster,
        string name,
        string path,
        HttpMethod method,
        double limit,
        CancellationToken cancellationToken
    )
    {
        await SendAsync(cluster, path, method, cancellationToken);
        var times = new List<double>();
        for (var i = 0; i < Rounds; i++)
        {
            var watch = Stopwatch.StartNew();
            await SendAsync(cluster, path, method, cancellationToken);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        return new Figure($"{name} p95", times.Percentile(0.95), "ms", limit, "limit");
    }

    /// <summary>Follows the cursor for some pages of many rows, and then measures pages from there.</summary>
    private static async Task<Figure> MeasurePagesAsync(
        Cluster cluster,
        string sort,
        CancellationToken cancellationToken
    )
    {
        var path = $"/api/runs?sort={Uri.EscapeDataString(sort)}";
        string? cursor = null;
        for (var page = 0; page < Pages; page++)
        {
            cursor = await CursorAsync(cluster, $"{path}&limit=2000{After(cursor)}", cancellationToken);
        }

        var times = new List<double>();
        for (var page = 0; page < Rounds; page++)
        {
            var watch = Stopwatch.StartNew();
            cursor = await CursorAsync(cluster, $"{path}{After(cursor)}", cancellationToken);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        return new Figure($"{sort}, later pages p95", times.Percentile(0.95), "ms", PageLimit, "limit");
    }

    private static string After(string? cursor) => cursor is null ? "" : $"&cursor={cursor}";

    private static async Task<string?> CursorAsync(Cluster cluster, string path, CancellationToken cancellationToken)
    {
        using var response = await cluster.Http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return (await Cluster.ReadAsync(response, cancellationToken)).GetProperty("nextCursor").GetString();
    }

    private static async Task SendAsync(
        Cluster cluster,
        string path,
        HttpMethod method,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, path);
        using var response = await cluster.Http.SendAsync(request, cancellationToken);
        _ = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new BenchException($"{method} {path}: {(int)response.StatusCode}");
        }
    }
}
