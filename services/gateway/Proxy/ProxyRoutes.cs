using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Platform.Contracts.Services;
using Platform.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Platform.Gateway.Proxy;

/// <summary>Which service answers what: the routes of the services in YARP's terms.</summary>
internal sealed class ProxyRoutes(IOptions<ProxyOptions> options) : IProxyConfigProvider
{
    /// <summary>How long a service may be silent in the middle of an ordinary request, such as while it hashes an upload.</summary>
    private static readonly TimeSpan _activityTimeout = TimeSpan.FromMinutes(5);

    /// <summary>The same for those who follow a log or a series, which may have nothing to say for long.</summary>
    private static readonly TimeSpan _followTimeout = TimeSpan.FromHours(1);

    private const string Replicas = "Replicas";
    private const string Follow = "-follow";

    private readonly Config _config = new(
        [.. options.Value.Services.SelectMany(service => service.Routes.SelectMany(route => RoutesOf(service, route)))],
        [
            .. options.Value.Services.SelectMany(service =>
                ClustersOf(service.Name, options.Value.AddressesOf(service.Name))
            ),
        ]
    );

    public IProxyConfig GetConfig() => _config;

    /// <summary>Which service a cluster is of.</summary>
    public static string ServiceOf(string cluster) =>
        cluster.EndsWith(Follow, StringComparison.Ordinal) ? cluster[..^Follow.Length] : cluster;

    /// <summary>Whether another replica can be asked where one does not answer.</summary>
    public static bool HasReplicas(ForwarderHttpClientContext cluster) =>
        cluster.NewMetadata?.GetValueOrDefault(Replicas) is not (null or "1");

    /// <summary>Whether an address may try a route only so often.</summary>
    public static bool LimitsTries(RouteConfig route) => Has(route, nameof(ServiceRoute.LimitsTries));

    /// <summary>
    /// Whether bodies may have any length. YARP's own setting comes too late: it counts when a request has passed everything else.
    /// </summary>
    public static bool HasLargeBodies(RouteConfig route) => Has(route, nameof(ServiceRoute.HasLargeBodies));

    private static bool Has(RouteConfig route, string what) => route.Metadata?.ContainsKey(what) is true;

    private static Dictionary<string, string> MetadataOf(ServiceRoute route)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (route.LimitsTries)
        {
            metadata[nameof(ServiceRoute.LimitsTries)] = "true";
        }

        if (route.HasLargeBodies)
        {
            metadata[nameof(ServiceRoute.HasLargeBodies)] = "true";
        }

        return metadata;
    }

    private static IEnumerable<RouteConfig> RoutesOf(ServiceDescription service, ServiceRoute route)
    {
        var config = new RouteConfig
        {
            RouteId = string.Create(CultureInfo.InvariantCulture, $"{service.Name} {route.Path}"),
            ClusterId = route.Follow is FollowMode.Always ? FollowClusterOf(service.Name) : service.Name,
            Match = new RouteMatch { Path = route.Path, Methods = route.Methods },
            AuthorizationPolicy = route.IsPublic ? "anonymous" : Policies.SignedIn,
            Metadata = MetadataOf(route),
        };
        yield return config;
        if (route.Follow is FollowMode.OnRequest)
        {
            yield return config with
            {
                RouteId = $"{config.RouteId} follow",
                ClusterId = FollowClusterOf(service.Name),
                Match = config.Match with
                {
                    QueryParameters = [new RouteQueryParameter { Name = "follow", Values = ["true"] }],
                },
            };
        }
    }

    private static IEnumerable<ClusterConfig> ClustersOf(string name, IReadOnlyList<Uri> addresses)
    {
        var cluster = new ClusterConfig
        {
            ClusterId = name,
            Destinations = addresses.ToDictionary(
                address => address.ToString(),
                address => new DestinationConfig { Address = address.ToString() },
                StringComparer.Ordinal
            ),
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [Replicas] = addresses.Count.ToString(CultureInfo.InvariantCulture),
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
            ClusterId = FollowClusterOf(name),
            HttpRequest = cluster.HttpRequest with { ActivityTimeout = _followTimeout },
        };
    }

    private static string FollowClusterOf(string service) => $"{service}{Follow}";

    private sealed class Config(IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters) : IProxyConfig
    {
        public IReadOnlyList<RouteConfig> Routes => routes;

        public IReadOnlyList<ClusterConfig> Clusters => clusters;

        public IChangeToken ChangeToken { get; } = new CancellationChangeToken(CancellationToken.None);
    }
}
