using k8s.Models;
using Platform.Contracts.Services;

namespace Platform.Kubernetes.Tests;

public sealed class Who_reaches_whom
{
    /// <summary>Others may reach outside what they want.</summary>
    private static readonly string[] _ours = ["platform", "platform-agents", "platform-dev"];

    private static readonly string[] _services = [.. ServiceCatalog.All.Select(service => service.Name)];

    [Fact]
    public async Task is_what_the_services_need_and_no_more_in_dev()
    {
        var overlay = await Overlay.RenderAsync("dev");
        var network = new Network(overlay.All<V1NetworkPolicy>());
        List<Party> parties = [.. PartiesOf(overlay), .. Strangers()];

        var expected = FromTheGateway()
            .Concat(parties.Where(one => one.Address is null).Select(one => $"{one.Name} > gateway:8080"))
            .Concat(_services.Append("gateway").Append("migrate").Select(one => $"{one} > postgres:5432"))
            .Concat(_services.Append("gateway").Append("agent").Select(one => $"{one} > rabbitmq:5672"))
            .Append("nodes > rabbitmq:15672")
            .Append("artifacts > minio:9000")
            .Concat(_services.Append("agent").Select(one => $"prometheus > {one}:8080"))
            .Append("tracking > internet:443")
            .Except(
                // Those who have no reason to may not send anything there.
                parties
                    .Where(one => one.Namespace is "platform-dev" && one.Name is not "agent")
                    .Select(one => $"{one.Name} > gateway:8080")
            );
        Assert.Equal(expected.Order(StringComparer.Ordinal), Flows(network, parties).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task is_what_the_services_need_and_no_more_in_production()
    {
        Overlay[] overlays =
        [
            await Overlay.RenderAsync("production"),
            await Overlay.RenderAsync("production-agents"),
            await Overlay.RenderAsync("production-rabbitmq"),
        ];
        var network = new Network([.. overlays.SelectMany(overlay => overlay.All<V1NetworkPolicy>())]);
        List<Party> parties =
        [
            .. overlays.SelectMany(PartiesOf),
            .. Strangers(),
            // Where the examples say that all of them are; the port tells which.
            new("outside", "", NoLabels(), "192.0.2.7") { Ports = Ports(5432, 5671, 15671, 443) },
        ];

        var expected = FromTheGateway()
            .Concat(["ingress > gateway:8080", "agent > gateway:8080", "prometheus > gateway:8080"])
            .Concat(_services.Append("gateway").Append("migrate").Select(one => $"{one} > outside:5432"))
            .Concat(_services.Append("gateway").Append("agent").Select(one => $"{one} > outside:5671"))
            .Append("nodes > outside:15671")
            .Append("artifacts > outside:443")
            .Concat(_services.Append("agent").Select(one => $"prometheus > {one}:8080"))
            // Webhooks go to public addresses, of which the example's is one.
            .Concat(["tracking > internet:443", "tracking > outside:443"]);
        Assert.Equal(expected.Order(StringComparer.Ordinal), Flows(network, parties).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task lets_services_and_agents_use_brokers_in_the_cluster()
    {
        var brokers = await Overlay.RenderAsync("production-rabbitmq");
        List<Party> parties =
        [
            .. PartiesOf(await Overlay.RenderAsync("production")),
            .. PartiesOf(await Overlay.RenderAsync("production-agents")),
            .. PartiesOf(brokers).Select(broker => broker with { Ports = Ports(5672, 15672, 25672) }),
            .. Strangers(),
        ];

        var flows = Flows(new Network(brokers.All<V1NetworkPolicy>()), parties)
            .Where(flow => flow.Contains("> rabbitmq:", StringComparison.Ordinal));

        var expected = _services
            .Append("gateway")
            .Append("agent")
            .Select(one => $"{one} > rabbitmq:5672")
            .Append("nodes > rabbitmq:15672");
        Assert.Equal(expected.Order(StringComparer.Ordinal), flows.Order(StringComparer.Ordinal));
    }

    /// <summary>Neither side relies on the other. The gateway is open to all.</summary>
    [Fact]
    public async Task is_said_for_the_sender_and_for_the_receiver()
    {
        var overlay = await Overlay.RenderAsync("dev");
        var network = new Network(overlay.All<V1NetworkPolicy>());
        var parties = PartiesOf(overlay);

        foreach (var (from, to) in parties.SelectMany(from => parties.Select(to => (from, to))))
        {
            foreach (var port in to.Ports.Values)
            {
                var isAllowed = network.Allows(from, to, port);
                var flow = $"{from.Name} > {to.Name}:{port}";
                Assert.True(network.LetsOut(from, to, port) == isAllowed, flow);
                Assert.True(network.LetsIn(from, to, port) == (isAllowed || to.Name is "gateway"), flow);
            }
        }
    }

    [Fact]
    public async Task lets_everybody_ask_for_names()
    {
        foreach (var name in new[] { "dev", "production", "production-agents" })
        {
            var overlay = await Overlay.RenderAsync(name);
            var network = new Network(overlay.All<V1NetworkPolicy>());
            var names = new Party("dns", "kube-system", Label("k8s-app", "kube-dns"));

            Assert.All(PartiesOf(overlay), party => Assert.True(network.Allows(party, names, 53), party.Name));
        }
    }

    [Fact]
    public async Task selects_pods_that_there_are()
    {
        foreach (var overlay in await Overlay.RenderAllAsync())
        {
            Assert.All(
                overlay.All<V1NetworkPolicy>(),
                policy =>
                    Assert.True(
                        PartiesOf(overlay).Any(party => Overlay.Selects(policy.Spec.PodSelector, party.Labels)),
                        $"{overlay.Name}: {policy.Metadata.Name}"
                    )
            );
        }
    }

    private static IEnumerable<string> FromTheGateway() =>
        _services.Select(service => $"{ServiceCatalog.Gateway} > {service}:8080");

    private static IEnumerable<string> Flows(Network network, IReadOnlyList<Party> parties) =>
        from source in parties
        where source.Address is null
        from target in parties
        where target != source && (target.Address is null || _ours.Contains(source.Namespace))
        from port in target.Ports.Values
        where network.Allows(source, target, port)
        select $"{source.Name} > {target.Name}:{port}";

    private static IReadOnlyList<Party> PartiesOf(Overlay overlay)
    {
        var itsNamespace = Assert.Single(overlay.All<V1Namespace>()).Metadata.Name;
        return
        [
            .. overlay.Workloads.Select(workload => new Party(workload.Name, itsNamespace, workload.Labels)
            {
                Ports = workload
                    .Pod.Containers.SelectMany(container => container.Ports ?? [])
                    .ToDictionary(port => port.Name, port => port.ContainerPort, StringComparer.Ordinal),
            }),
            // As the operator labels its pods.
            .. overlay
                .All<RabbitmqCluster>()
                .Select(cluster => new Party(
                    cluster.Metadata.Name,
                    itsNamespace,
                    Label("app.kubernetes.io/name", cluster.Metadata.Name)
                )),
        ];
    }

    private static IEnumerable<Party> Strangers() =>
        [
            new("prometheus", "monitoring", Label("app.kubernetes.io/name", "prometheus")),
            new("ingress", "ingress-nginx", Label("app.kubernetes.io/name", "ingress-nginx")),
            new("stranger", "default", NoLabels()),
            new("beside-prometheus", "monitoring", NoLabels()),
            new("internet", "", NoLabels(), "198.51.100.7") { Ports = Ports(443, 5432) },
            new("metadata", "", NoLabels(), "169.254.169.254") { Ports = Ports(80) },
            new("intranet", "", NoLabels(), "10.1.2.3") { Ports = Ports(443) },
        ];

    private static Dictionary<string, string> NoLabels() => new(StringComparer.Ordinal);

    private static Dictionary<string, string> Label(string name, string value) =>
        new(StringComparer.Ordinal) { [name] = value };

    private static Dictionary<string, int> Ports(params int[] ports) =>
        ports.ToDictionary(port => $"port-{port}", StringComparer.Ordinal);
}
