using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace Platform.Gateway.Proxy;

/// <summary>The replicas of all services that have several, and what is known of them.</summary>
internal sealed partial class Replicas : IDisposable
{
    private readonly FrozenDictionary<(string Service, string Address), Replica> _all;
    private readonly Counter<long> _failures;
    private readonly ILogger<Replicas> _logger;

    public Replicas(IOptions<ProxyOptions> options, IMeterFactory meters, ILogger<Replicas> logger)
    {
        _logger = logger;
        _all = options
            .Value.Services.Select(service => (service.Name, Addresses: options.Value.AddressesOf(service.Name)))
            .Where(service => service.Addresses.Count > 1)
            .SelectMany(service => service.Addresses.Select(address => new Replica(service.Name, address)))
            .ToFrozenDictionary(replica => (replica.Service, replica.Address.ToString()));
        var meter = meters.Create("Platform.Gateway");
        _failures = meter.CreateCounter<long>(
            "platform.replica.failures",
            "{request}",
            "Requests that a replica did not answer, also where another one did."
        );
        meter.CreateObservableGauge(
            "platform.replica.up",
            () =>
                _all.Values.Select(replica => new Measurement<int>(
                    replica.State is ReplicaState.Ready ? 1 : 0,
                    TagsOf(replica)
                )),
            description: "Whether a replica of a service is ready."
        );
    }

    public IReadOnlyList<Replica> All => _all.Values;

    public Replica this[string service, string address] => _all[(service, address)];

    /// <summary>Counts a request that a replica did not answer.</summary>
    public void CountFailure(Replica replica) => _failures.Add(1, TagsOf(replica));

    /// <summary>Notes how a replica is. Nobody reads on from one that says nothing while there is another one to read from.</summary>
    public void Record(Replica replica, ReplicaState state)
    {
        var before = replica.State;
        replica.State = state;
        if (before != state)
        {
            LogState(
                state is ReplicaState.Ready ? LogLevel.Information : LogLevel.Warning,
                replica.Service,
                replica.Address,
                state
            );
        }

        if (
            state is ReplicaState.Hung
            && All.Any(other => other.Service == replica.Service && other.State is ReplicaState.Ready)
        )
        {
            replica.GiveUp();
        }
    }

    public void Dispose()
    {
        foreach (var replica in All)
        {
            replica.Dispose();
        }
    }

    private static KeyValuePair<string, object?>[] TagsOf(Replica replica) =>
        [new("service", replica.Service), new("replica", replica.Address.Authority)];

    [LoggerMessage(EventId = 1, Message = "The replica of {Service} at {Replica} is now: {State}")]
    private partial void LogState(LogLevel level, string service, Uri replica, ReplicaState state);
}
