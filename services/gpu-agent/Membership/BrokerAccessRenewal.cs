using Platform.GpuAgent.State;
using Platform.Messaging;

namespace Platform.GpuAgent.Membership;

/// <summary>
/// Keeps this agent able to talk to the broker: asks for its own user when it has none yet, or when the broker does not let it in.
/// </summary>
internal sealed class BrokerAccessRenewal(
    StateFolder state,
    BrokerCredentials credentials,
    NodeMembership membership,
    BrokerConnection connection,
    TimeProvider clock,
    ILogger<BrokerAccessRenewal> log
)
{
    /// <summary>Each renewal makes the password before it wrong, so the connection gets time to use it.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(10);

    private long? _renewed;

    /// <summary>Renews it where that is needed. Call it for a node that the platform knows.</summary>
    public async Task RenewWhereNeededAsync(CancellationToken cancellationToken)
    {
        var refused = connection.IsRefused;
        if (
            !credentials.AreGiven
            || !(refused || credentials.AreShared)
            || (_renewed is { } at && clock.GetElapsedTime(at) < _pause)
        )
        {
            return;
        }

        var before = state.Identity.Broker;
        await membership.RenewBrokerUserAsync(cancellationToken);
        if (string.Equals(before, state.Identity.Broker, StringComparison.Ordinal))
        {
            return;
        }

        _renewed = clock.GetTimestamp();
        log.LogInformation("The platform has given this node a user of its own at the broker");
        await AdoptAsync(before);
    }

    /// <summary>Connects again as another user, when the platform has given this agent another one than it had.</summary>
    /// <param name="before">The broker's address before that.</param>
    public async Task AdoptAsync(string? before)
    {
        var now = state.Identity.Broker;
        if (!credentials.AreGiven || before is null || now is null)
        {
            return;
        }

        if (!string.Equals(Address(before), Address(now), StringComparison.Ordinal))
        {
            log.LogError("The platform now uses another broker: restart this agent to connect to it");
        }
        else if (
            !string.Equals(BrokerCredentials.UserOf(before), BrokerCredentials.UserOf(now), StringComparison.Ordinal)
        )
        {
            await connection.ReconnectAsync();
        }
    }

    private static string Address(string broker) =>
        new Uri(broker).GetComponents(
            UriComponents.Scheme | UriComponents.HostAndPort | UriComponents.Path,
            UriFormat.UriEscaped
        );
}
