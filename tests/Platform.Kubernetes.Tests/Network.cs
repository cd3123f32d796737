using System.Globalization;
using System.Net;
using k8s.Models;

namespace Platform.Kubernetes.Tests;

/// <summary>Somebody on the network: pods with labels in a namespace, or an address outside of the cluster.</summary>
internal sealed record Party(string Name, string Namespace, IDictionary<string, string> Labels, string? Address = null)
{
    /// <summary>Ports by name, of a pod.</summary>
    public IReadOnlyDictionary<string, int> Ports { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);
}

/// <summary>What a set of NetworkPolicies allows: as the API says, a pod that none selects may do everything.</summary>
internal sealed class Network(IReadOnlyList<V1NetworkPolicy> policies)
{
    public bool Allows(Party from, Party to, int port) => LetsOut(from, to, port) && LetsIn(from, to, port);

    /// <summary>What the policies about the sender say.</summary>
    public bool LetsOut(Party from, Party to, int port) =>
        Permits(
            "Egress",
            from,
            policy =>
                (policy.Spec.Egress ?? []).Any(rule => IsMeant(policy, rule.To, to) && HasPort(rule.Ports, to, port))
        );

    /// <summary>What the policies about the receiver say.</summary>
    public bool LetsIn(Party from, Party to, int port) =>
        Permits(
            "Ingress",
            to,
            policy =>
                (policy.Spec.Ingress ?? []).Any(rule =>
                    IsMeant(policy, rule.FromProperty, from) && HasPort(rule.Ports, to, port)
                )
        );

    private bool Permits(string direction, Party party, Func<V1NetworkPolicy, bool> allows)
    {
        var about = policies
            .Where(policy =>
                policy.Metadata.NamespaceProperty == party.Namespace
                && policy.Spec.PolicyTypes.Contains(direction, StringComparer.Ordinal)
                && party.Address is null
                && Overlay.Selects(policy.Spec.PodSelector, party.Labels)
            )
            .ToList();
        return about.Count == 0 || about.Any(allows);
    }

    private static bool IsMeant(V1NetworkPolicy policy, IList<V1NetworkPolicyPeer>? peers, Party other) =>
        peers is null or [] || peers.Any(peer => IsMeant(policy, peer, other));

    private static bool IsMeant(V1NetworkPolicy policy, V1NetworkPolicyPeer peer, Party other)
    {
        if (peer.IpBlock is { } block)
        {
            return other.Address is { } address
                && IPNetwork.Parse(block.Cidr).Contains(IPAddress.Parse(address))
                && !(block.Except ?? []).Any(except => IPNetwork.Parse(except).Contains(IPAddress.Parse(address)));
        }

        var isInNamespace = peer.NamespaceSelector is { } spaces
            ? Overlay.Selects(
                spaces,
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["kubernetes.io/metadata.name"] = other.Namespace,
                }
            )
            : policy.Metadata.NamespaceProperty == other.Namespace;
        return other.Address is null
            && isInNamespace
            && (peer.PodSelector is null || Overlay.Selects(peer.PodSelector, other.Labels));
    }

    private static bool HasPort(IList<V1NetworkPolicyPort>? ports, Party to, int port) =>
        ports is null or []
        || ports.Any(allowed =>
            allowed.Protocol is "TCP"
            && (
                to.Ports.TryGetValue(allowed.Port.Value, out var named)
                    ? named == port
                    : int.TryParse(allowed.Port.Value, CultureInfo.InvariantCulture, out var number) && number == port
            )
        );
}
