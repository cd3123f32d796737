using System.Diagnostics;
using Microsoft.Extensions.Options;
using Platform.Contracts.Nodes;
using Platform.GpuAgent.Attempts;
using Platform.GpuAgent.Inventory;
using Platform.GpuAgent.Server;
using Platform.GpuAgent.State;

namespace Platform.GpuAgent.Membership;

/// <summary>
/// Joins the platform and keeps this node a member. Heartbeats are messages; every 30 s, and when the broker is
/// unavailable, one goes over HTTP, whose answer shows whether the platform still knows this node. If it does not, the
/// node joins again.
/// </summary>
internal sealed class SendHeartbeats(
    IOptions<AgentOptions> options,
    StateFolder state,
    NodeMembership membership,
    BrokerAccessRenewal broker,
    PlatformHttp http,
    Machine machine,
    AttemptRegistry attempts,
    Reports reports,
    TimeProvider clock,
    ILogger<SendHeartbeats> log
)
{
    private static readonly TimeSpan _confirmInterval = TimeSpan.FromSeconds(30);

    /// <summary>Returns once the platform knows this node.</summary>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        string? lastReason = null;
        await Retry.WhileAsync(
            exception => exception is JoinRefusedException or PlatformUnavailableException or PlatformRefusedException,
            async ct =>
            {
                if (state.Identity.NodeToken is null || !await membership.SendHeartbeatAsync(Heartbeat(), ct))
                {
                    await membership.JoinAsync(ct);
                }
                else
                {
                    await broker.RenewWhereNeededAsync(ct);
                }
            },
            exception =>
            {
                var level = exception is PlatformUnavailableException ? LogLevel.Warning : LogLevel.Error;
                if (!string.Equals(lastReason, exception.Message, StringComparison.Ordinal))
                {
                    log.Log(level, "Not joined yet, trying again: {Reason}", exception.Message);
                    lastReason = exception.Message;
                }
            },
            cancellationToken
        );
        log.LogInformation("Node {NodeId} has joined {Server}", state.Identity.NodeId, options.Value.Server);
    }

    /// <summary>Sends heartbeats until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var sinceConfirmed = Stopwatch.StartNew();
        while (true)
        {
            var began = Stopwatch.GetTimestamp();
            var heartbeat = Heartbeat();
            var published = await reports.TryPublishAsync(heartbeat, cancellationToken);
            if (!published || http.TakeTokenRefused() || sinceConfirmed.Elapsed > _confirmInterval)
            {
                sinceConfirmed.Restart();
                await ConfirmMembershipAsync(heartbeat, cancellationToken);
            }

            // Measured from start to start: a slow heartbeat, as when the broker is unavailable, must not delay the
            // next one.
            var rest = Interval - Stopwatch.GetElapsedTime(began);
            await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, cancellationToken);
        }
    }

    private TimeSpan Interval =>
        TimeSpan.FromSeconds(options.Value.HeartbeatSeconds ?? state.Identity.HeartbeatSeconds);

    private async Task ConfirmMembershipAsync(NodeHeartbeat heartbeat, CancellationToken cancellationToken)
    {
        try
        {
            if (!await membership.SendHeartbeatAsync(heartbeat, cancellationToken))
            {
                var before = state.Identity.Broker;
                await membership.JoinAsync(cancellationToken);
                log.LogWarning("The platform no longer knew this node; it has joined again");
                await broker.AdoptAsync(before);
            }
            else
            {
                await broker.RenewWhereNeededAsync(cancellationToken);
            }
        }
        catch (Exception exception)
            when (exception is JoinRefusedException or PlatformUnavailableException or PlatformRefusedException)
        {
            log.LogWarning("The platform could not confirm this node: {Reason}", exception.Message);
        }
    }

    private NodeHeartbeat Heartbeat() =>
        new()
        {
            NodeId = state.Identity.NodeId,
            Agent = state.Agent,
            At = clock.GetUtcNow(),
            Inventory = machine.Inventory(),
            Usage = machine.Usage(),
            Attempts = attempts.Held(),
        };
}
