using System.Net;
using Microsoft.Extensions.Options;
using Platform.GpuAgent.State;
using Platform.Messaging;

namespace Platform.GpuAgent.Membership;

/// <summary>This agent's user at the broker: the configured one, else the one that the platform gave it last.</summary>
internal sealed class BrokerCredentials(IOptions<AgentOptions> options, StateFolder state) : IBrokerCredentials
{
    public NetworkCredential? Current => Of(options.Value.Broker) ?? Of(state.Identity.Broker);

    /// <summary>Whether the platform may give this agent another user than it has: it has none of its own yet.</summary>
    public bool AreShared =>
        Of(options.Value.Broker) is null
        && Of(state.Identity.Broker) is { } given
        && !string.Equals(given.UserName, AgentUser.Of(state.Identity.NodeId), StringComparison.Ordinal);

    /// <summary>Whether the platform says whom this agent is at the broker.</summary>
    public bool AreGiven => Of(options.Value.Broker) is null && state.Identity.Broker is not null;

    /// <summary>The user that a broker's address names.</summary>
    public static string? UserOf(string broker) => Of(broker)?.UserName;

    private static NetworkCredential? Of(string? broker) =>
        Uri.TryCreate(broker, UriKind.Absolute, out var address)
        && Uri.UnescapeDataString(address.UserInfo).Split(':', 2) is [{ Length: > 0 } user, var password]
            ? new NetworkCredential(user, password)
            : null;
}
