namespace Platform.Gateway.Proxy;

/// <summary>Asks every replica of services that have several, once a second, whether it should get requests.</summary>
internal sealed class ProbeReplicas(Replicas replicas, IHttpClientFactory clients, TimeProvider clock)
    : BackgroundService
{
    /// <summary>After so many unanswered questions in a row a replica hangs: one may be slow for a moment.</summary>
    private const int UnansweredUntilHung = 2;

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(replicas.All.Select(replica => WatchAsync(replica, stoppingToken)));

    private async Task WatchAsync(Replica replica, CancellationToken stoppingToken)
    {
        var unanswered = 0;
        using var timer = new PeriodicTimer(_interval, clock);
        do
        {
            var state = await AskAsync(replica, stoppingToken);
            unanswered = state is ReplicaState.Hung ? unanswered + 1 : 0;
            if (unanswered is 0 or >= UnansweredUntilHung)
            {
                replicas.Record(replica, state);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<ReplicaState> AskAsync(Replica replica, CancellationToken stoppingToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        limit.CancelAfter(_patience);
        try
        {
            using var client = clients.CreateClient(GatewayModule.ServiceClient);
            using var response = await client.GetAsync(
                new Uri(replica.Address, "/health/self"),
                HttpCompletionOption.ResponseHeadersRead,
                limit.Token
            );
            return response.IsSuccessStatusCode ? ReplicaState.Ready : ReplicaState.NotReady;
        }
        catch (HttpRequestException)
        {
            return ReplicaState.Away;
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return ReplicaState.Hung;
        }
    }
}
