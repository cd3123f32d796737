using System.Diagnostics;
using Microsoft.Extensions.Options;
using Platform.Contracts.Nodes;
using Platform.GpuAgent.Attempts;
using Platform.GpuAgent.Inventory;
using Platform.GpuAgent.Server;

namespace Platform.GpuAgent.Membership;

/// <summary>
/// Becomes a member and stays one. Beats are messages; now and then, and when the broker is away, one goes over HTTP, whose
/// answer tells whether the platform still knows this node. If it does not, the node joins again.
/// </summary>
internal sealed class SendHeartbeats(
    IOptions<AgentOptions> options,
    StateFolder state,
    NodeMembership membership,
    PlatformHttp http,
    Machine machine,
    AttemptRegistry attempts,
    Reports reports,
    TimeProvider clock,
    ILogger<SendHeartbeats> log
)
{
    private static readonly TimeSpan _askInterval = TimeSpan.FromSeconds(30);

    /// <summary>Returns once the platform knows this node.</summary>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        string? said = null;
        await Retry.WhileAsync(
            exception => exception is JoinRefusedException or PlatformAwayException or PlatformRefusedException,
            async ct =>
            {
                if (state.Identity.NodeToken is null || !await membership.BeatAsync(Beat(), ct))
                {
                    await membership.JoinAsync(ct);
                }
            },
            exception =>
            {
                var level = exception is PlatformAwayException ? LogLevel.Warning : LogLevel.Error;
                if (!string.Equals(said, exception.Message, StringComparison.Ordinal))
                {
                    log.Log(level, "Not joined yet, trying again: {Reason}", exception.Message);
                    said = exception.Message;
                }
            },
            cancellationToken
        );
        log.LogInformation("Node {NodeId} is known to {Server}", state.Identity.NodeId, options.Value.Server);
    }

    /// <summary>Beats until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var asked = Stopwatch.StartNew();
        while (true)
        {
            var began = Stopwatch.GetTimestamp();
            var beat = Beat();
            var published = await reports.TryPublishAsync(beat, cancellationToken);
            if (!published || http.TakeTokenRefused() || asked.Elapsed > _askInterval)
            {
                asked.Restart();
                await AskAsync(beat, cancellationToken);
            }

            // From beat to beat: one that took long because the broker is away must not make the next one late too.
            var rest = Interval - Stopwatch.GetElapsedTime(began);
            await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, cancellationToken);
        }
    }

    private TimeSpan Interval =>
        TimeSpan.FromSeconds(options.Value.HeartbeatSeconds ?? state.Identity.HeartbeatSeconds);

    private async Task AskAsync(NodeHeartbeat beat, CancellationToken cancellationToken)
    {
        try
        {
            if (!await membership.BeatAsync(beat, cancellationToken))
            {
                var broker = state.Identity.Broker;
                await membership.JoinAsync(cancellationToken);
                log.LogWarning("The platform had forgotten this node, which has joined again");
                if (
                    options.Value.Broker is null
                    && !string.Equals(broker, state.Identity.Broker, StringComparison.Ordinal)
                )
                {
                    log.LogError("The platform names another broker now: restart this agent to use it");
                }
            }
        }
        catch (Exception exception)
            when (exception is JoinRefusedException or PlatformAwayException or PlatformRefusedException)
        {
            log.LogWarning("The platform does not answer for this node: {Reason}", exception.Message);
        }
    }

    private NodeHeartbeat Beat() =>
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
