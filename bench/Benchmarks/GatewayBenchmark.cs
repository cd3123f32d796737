using System.Diagnostics;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// The gateway's overhead per request: the same request through the gateway and directly, alternating.
/// </summary>
internal static class GatewayBenchmark
{
    private const int WarmUp = 1000;
    private const int Requests = 3000;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var cluster = await bench.ClusterAsync();
        var job = await cluster.SubmitAsync(["/bin/true"], bench.Cancelled);
        await cluster.OutputOfAsync(job, bench.Cancelled);
        using var http = new HttpClient();
        var through = new Uri(cluster.Address, $"/api/jobs/{job}");
        var direct = new Uri(cluster.AddressOf("jobs"), $"/api/jobs/{job}");
        List<double> with = [];
        List<double> without = [];
        for (var i = 0; i < WarmUp + Requests; i++)
        {
            var (a, b) = (
                await TimeAsync(http, through, bench.Cancelled),
                await TimeAsync(http, direct, bench.Cancelled)
            );
            if (i >= WarmUp)
            {
                with.Add(a);
                without.Add(b);
            }
        }

        return
        [
            new("hop p50", with.Median() - without.Median(), "ms", without.Median(), "without the gateway"),
            new(
                "hop p99",
                with.Percentile(0.99) - without.Percentile(0.99),
                "ms",
                without.Percentile(0.99),
                "without the gateway"
            ),
        ];
    }

    private static async Task<double> TimeAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var response = await http.GetAsync(address, cancellationToken);
        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        response.EnsureSuccessStatusCode();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
