using System.Collections.Concurrent;
using System.Diagnostics;

namespace Platform.Bench;

/// <summary>What became of the requests of one kind.</summary>
/// <param name="Requests">How many were sent.</param>
/// <param name="Failures">What was answered to those that failed, or why nothing was.</param>
/// <param name="LongestGap">Between two successes.</param>
internal sealed record KindOfRequest(string Name, int Requests, IReadOnlyList<string> Failures, TimeSpan LongestGap);

/// <summary>
/// Clients of several gateways, each of which sends one request after the other, and one that failed again. What stands before gateways
/// is here too: where nothing listens, or a read is cut off, it asks the next.
/// </summary>
internal sealed class ClientLoad : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _ended = new();
    private readonly List<(Task Work, Func<KindOfRequest> Result)> _kinds = [];
    private readonly HttpClient _http;

    public ClientLoad(params IReadOnlyList<Uri> gateways) =>
        _http = new HttpClient(new Balancer(gateways)) { BaseAddress = gateways[0], Timeout = _patience };

    /// <summary>Starts a client.</summary>
    /// <param name="kind">What it asks for.</param>
    /// <param name="pause">How long it rests after each request.</param>
    /// <param name="request">Makes its request after so many that succeeded.</param>
    public void Add(string kind, TimeSpan pause, Func<int, HttpRequestMessage> request)
    {
        var failures = new ConcurrentQueue<string>();
        var (requests, longest) = (0, TimeSpan.Zero);
        var work = Task.Run(async () =>
        {
            var (succeeded, last) = (0, Stopwatch.GetTimestamp());
            while (!_ended.IsCancellationRequested)
            {
                requests++;
                if (await WhyFailedAsync(request(succeeded)) is { } failure)
                {
                    failures.Enqueue(failure);
                }
                else
                {
                    succeeded++;
                    var gap = Stopwatch.GetElapsedTime(last);
                    longest = gap > longest ? gap : longest;
                    last = Stopwatch.GetTimestamp();
                }

                await Task.Delay(pause);
            }
        });
        _kinds.Add((work, () => new KindOfRequest(kind, requests, [.. failures], longest)));
    }

    /// <summary>Ends when every request has been answered.</summary>
    public async Task<IReadOnlyList<KindOfRequest>> EndAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_kinds.Select(kind => kind.Work));
        return [.. _kinds.Select(kind => kind.Result())];
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _http.Dispose();
        _ended.Dispose();
    }

    private async Task<string?> WhyFailedAsync(HttpRequestMessage request)
    {
        using (request)
        {
            try
            {
                using var response = await _http.SendAsync(request);
                return response.IsSuccessStatusCode
                    ? null
                    : $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                return $"{exception.Message} {exception.InnerException?.Message}";
            }
        }
    }

    private sealed class Balancer(IReadOnlyList<Uri> gateways) : DelegatingHandler(new SocketsHttpHandler())
    {
        private int _next;

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var path = request.RequestUri!.PathAndQuery;
            var first = (uint)Interlocked.Increment(ref _next);
            for (var tried = 0; ; tried++)
            {
                request.RequestUri = new Uri(gateways[(int)((first + tried) % gateways.Count)], path);
                try
                {
                    return await base.SendAsync(request, cancellationToken);
                }
                catch (HttpRequestException failure)
                    when (tried < gateways.Count - 1
                        && (
                            failure.HttpRequestError is HttpRequestError.ConnectionError
                            || request.Method == HttpMethod.Get
                        )
                    )
                {
                    // The next one.
                }
            }
        }
    }
}
