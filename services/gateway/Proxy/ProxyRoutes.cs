using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Platform.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Platform.Gateway.Proxy;

/// <summary>Which service answers what.</summary>
internal sealed class ProxyRoutes(IOptions<ProxyOptions> options) : IProxyConfigProvider
{
    /// <summary>How long a service may be silent in the middle of an ordinary request, such as while it hashes an upload.</summary>
    private static readonly TimeSpan _activityTimeout = TimeSpan.FromMinutes(5);

    /// <summary>The same for those who follow a log or a series, which may have nothing to say for long.</summary>
    private static readonly TimeSpan _followTimeout = TimeSpan.FromHours(1);

    private static readonly RouteConfig[] _routes =
    [
        Route("job-artifacts", "artifacts", "/api/jobs/{id}/artifacts/{**rest}", anyLength: true),
        Route("job-logs", "jobs", "/api/jobs/{id}/logs/{**rest}", anyLength: true),
        Route("job-logs-follow", "jobs-follow", "/api/jobs/{id}/logs/{**rest}", follow: true),
        Route("jobs", "jobs", "/api/jobs/{**rest}"),
        Join(),
        Route("nodes", "nodes", "/api/nodes/{**rest}"),
        Route("artifacts", "artifacts", "/api/artifacts/{**rest}", anyLength: true),
        Route("runs", "tracking", "/api/runs/{**rest}"),
        Route("run-metrics-live", "tracking-follow", "/api/runs/{id}/metrics/live"),
    ];

    private readonly Config _config = new(
        _routes,
        [.. ProxyOptions.Names.SelectMany(service => ClustersOf(service, options.Value.AddressOf(service)))]
    );

    public IProxyConfig GetConfig() => _config;

    private static RouteConfig Route(
        string name,
        string cluster,
        string path,
        bool anyLength = false,
        bool follow = false
    ) =>
        new()
        {
            RouteId = name,
            ClusterId = cluster,
            Match = new RouteMatch
            {
                Path = path,
                QueryParameters = follow ? [new RouteQueryParameter { Name = "follow", Values = ["true"] }] : null,
            },
            MaxRequestBodySize = anyLength ? -1 : null,
            AuthorizationPolicy = Policies.SignedIn,
        };

    /// <summary>The one request that brings its credential in its body.</summary>
    private static RouteConfig Join()
    {
        var route = Route("nodes-join", "nodes", "/api/nodes/join");
        return route with
        {
            Match = route.Match with { Methods = [HttpMethods.Post] },
            AuthorizationPolicy = "anonymous",
            RateLimiterPolicy = RateLimits.Join,
        };
    }

    private static IEnumerable<ClusterConfig> ClustersOf(string name, Uri address)
    {
        var cluster = new ClusterConfig
        {
            ClusterId = name,
            Destinations = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal)
            {
                [name] = new() { Address = address.ToString() },
            },
            HttpRequest = new ForwarderRequestConfig
            {
                ActivityTimeout = _activityTimeout,
                Version = HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            },
        };
        yield return cluster;
        yield return cluster with
        {
            ClusterId = $"{name}-follow",
            HttpRequest = cluster.HttpRequest with { ActivityTimeout = _followTimeout },
        };
    }

    private sealed class Config(IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters) : IProxyConfig
    {
        public IReadOnlyList<RouteConfig> Routes => routes;

        public IReadOnlyList<ClusterConfig> Clusters => clusters;

        public IChangeToken ChangeToken { get; } = new CancellationChangeToken(CancellationToken.None);
    }
}
