using System.Diagnostics;
using System.Net.Http.Headers;

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
        AuthenticationHeaderValue? credential = null;
        List<double> with = [];
        List<double> without = [];
        for (var i = 0; i < WarmUp + Requests; i++)
        {
            if (i % WarmUp == 0)
            {
                credential = cluster.InternalCredential();
            }

            var (a, b) = (
                await TimeAsync(http, through, credential: null, bench.Cancelled),
                await TimeAsync(http, direct, credential, bench.Cancelled)
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

    private static async Task<double> TimeAsync(
        HttpClient http,
        Uri address,
        AuthenticationHeaderValue? credential,
        CancellationToken cancellationToken
    )
    {
        var started = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = credential;
        using var response = await http.SendAsync(request, cancellationToken);
        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        response.EnsureSuccessStatusCode();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
